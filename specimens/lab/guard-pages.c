// One byte is written at an offset from the start of a block of so many bytes: `plain` from malloc, `guarded` so that
// it ends as near as its alignment allows before a page that nobody may touch. Prints where, then writes.

#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ALIGNMENT 16

static char *guarded(size_t size) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = (size + page - 1) / page * page;
  char *start = mmap(NULL, pages + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED || mprotect(start + pages, page, PROT_NONE) != 0) exit(1);
  return start + (pages - size) / ALIGNMENT * ALIGNMENT;
}

// The address goes to whoever reads, and then the fault takes its course.
static void tell(int number, siginfo_t *info, void *context) {
  (void)context;
  char line[64];
  int length = snprintf(line, sizeof line, "{\"fault\":\"%p\"}\n", info->si_addr);
  if (write(STDOUT_FILENO, line, (size_t)length) < 0) _exit(1);
  signal(number, SIG_DFL);
}

int main(int count, char **arguments) {
  if (count < 4) return 2;
  size_t size = strtoul(arguments[2], NULL, 10), offset = strtoul(arguments[3], NULL, 10);
  volatile char *block = strcmp(arguments[1], "guarded") == 0 ? guarded(size) : malloc(size);
  if (!block) return 1;
  struct sigaction action = {.sa_sigaction = tell, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &action, NULL);
  printf("{\"block\":\"%p\",\"written\":\"%p\"}\n", (void *)block, (void *)(block + offset));
  fflush(stdout);
  block[offset] = 1;
  return 0;
}
