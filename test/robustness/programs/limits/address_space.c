/* Sets itself a limit of its address space or data, in MiB, when told to; then needs a quarter of it in small blocks, 64 MiB at
 * most, and in a large one, and must be refused more than the limit. */
#include "../fault.h"
#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>

int main(int argc, char **argv) {
  long limit = atol(argv[1]);
  int which = asked(argc, argv, "data") ? RLIMIT_DATA : RLIMIT_AS;
  if (asked(argc, argv, "self")) {
    free(malloc(10));
    struct rlimit own = {limit << 20, limit << 20};
    setrlimit(which, &own);
  }
  struct rlimit now;
  getrlimit(which, &now);
  printf("limit is %ld MiB\n", now.rlim_cur == RLIM_INFINITY ? -1 : now.rlim_cur >> 20);
  char **chain = NULL;
  long got = 0, wanted = limit > 256 ? 64 << 20 : (limit << 20) / 4;
  for (; got < wanted; got += 4096) {
    char **block = malloc(4080);
    if (block == NULL) break;
    *block = (char *)chain;
    chain = block;
  }
  puts(got >= wanted ? "small blocks" : "no small blocks");
  while (chain) {
    char **next = (char **)*chain;
    free(chain);
    chain = next;
  }
  void *large = malloc((limit << 20) / 4);
  puts(large ? "large block" : "no large block");
  free(large);
  large = malloc((limit + 1) << 20);
  printf("beyond: %s\n", large ? "given" : strerror(errno));
  free(large);
  if (asked(argc, argv, "fault")) cross_free();
}
