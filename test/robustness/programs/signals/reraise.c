/* A crash handler of the program's own, which says something and aborts. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void report(int number) {
  (void)number;
  if (write(2, "oops\n", 5) == 5) abort();
}

static __attribute__((noinline)) int reads(volatile int *from) { return *from + 1; }

int main(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = report;
  sigaction(SIGSEGV, &action, NULL);
  return reads((int *)24);
}
