/* Maps memory at the places that runtimes and sanitizers count on being free. */
#define _GNU_SOURCE
#include "../fault.h"
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>

int main(int argc, char **argv) {
  static const struct {
    const char *what;
    unsigned long at, size;
  } places[] = {
      {"low 32 bits", 0x10000000, 1 << 28},         {"a compressed heap", 0x700000000, 1UL << 32},
      {"a JVM heap", 0x800000000, 1UL << 32},       {"a Go arena", 0xc000000000, 1UL << 30},
      {"another Go arena", 0xc1000000000, 1UL << 30}, {"an ASan shadow", 0x7fff8000, 1UL << 32},
      {"an ASan heap", 0x602000000000, 1UL << 32},  {"a TSan heap", 0x720000000000, 1UL << 36},
      {"a LuaJIT heap", 0x40000000, 1 << 24},       {"a pointer cage", 0x200000000000, 1UL << 35},
      {"one terabyte", 0x10000000000, 1UL << 40},   {"half the space", 0x300000000000, 1UL << 43},
  };
  for (int i = 0; i < (int)(sizeof places / sizeof *places); i++) {
    void *at = mmap((void *)places[i].at, places[i].size, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    printf("%s: %s\n", places[i].what, at == MAP_FAILED ? strerror(errno) : "mapped");
    if (at != MAP_FAILED) munmap(at, places[i].size);
  }
  unsigned long reserved = 0;
  while (mmap(NULL, 1UL << 40, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) != MAP_FAILED) reserved++;
  printf("%s\n", reserved >= 64 ? "64 TiB and more may be reserved" : "less than 64 TiB may be reserved");
  for (int i = 0; i < 1000; i++) free(malloc(i * 100));
  if (asked(argc, argv, "fault")) cross_free();
}
