/* May write no file longer than 0 bytes; a write beyond would be a SIGXFSZ, which kills. Many call sites and
 * findings make the ledger want to grow. */
#include "../fault.h"
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>

int main(int argc, char **argv) {
  struct rlimit none = {0, 0};
  if (!asked(argc, argv, "inherited")) setrlimit(RLIMIT_FSIZE, &none);
  /* 20,000 call sites: push rbp; mov rax, malloc; call rax; pop rbp; ret */
  unsigned char *code = mmap(NULL, 20000 * 16, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < 20000; i++) {
    void *function = malloc;
    unsigned char *at = code + i * 16;
    memcpy(at, "\x55\x48\xb8........\xff\xd0\x5d\xc3", 15);
    memcpy(at + 3, &function, 8);
    free(((void *(*)(size_t))at)(i % 200));
  }
  if (asked(argc, argv, "fault")) cross_free();
  puts("done");
}
