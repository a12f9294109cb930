/* Wrong acts at as many places as its first argument says, in code written at run time; then it says that it
 * is ready and waits, or ends. */
#include "../fault.h"
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

/* push rbp; mov rax, function; call rax; pop rbp; ret */
static void write_call(unsigned char *at, void *function) {
  memcpy(at, "\x55\x48\xb8........\xff\xd0\x5d\xc3", 15);
  memcpy(at + 3, &function, 8);
}

int main(int argc, char **argv) {
  int places = atoi(argv[1]);
  unsigned char *code = mmap(NULL, places * 32L, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < places; i++) {
    unsigned char *at = code + i * 32L;
    write_call(at, (void *)malloc);
    write_call(at + 16, (void *)give_back);
    void *block = ((void *(*)(size_t))at)(i % 200);
    ((void (*)(void *))(at + 16))(block);
  }
  cross_free();
  puts("ready");
  fflush(stdout);
  if (asked(argc, argv, "wait")) pause();
  if (asked(argc, argv, "go-on")) /* allocates from more and more places until it is killed */
    for (int i = 0;; i++) {
      void *block = ((void *(*)(size_t))(code + i % places * 32L))(10);
      give_back(block);
    }
}
