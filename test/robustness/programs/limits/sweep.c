/* Needs little memory, in many small blocks and one of half a MiB, under limits from 1 to 200 MiB that are there at the
 * start (`-`) or that it sets itself: prints how much it got below each. */
#include "../fault.h"
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv) {
  int which = asked(argc, argv, "data") ? RLIMIT_DATA : RLIMIT_AS;
  if (strcmp(argv[1], "-") != 0) {
    struct rlimit limit = {(rlim_t)atol(argv[1]) << 20, (rlim_t)atol(argv[1]) << 20};
    free(malloc(100));
    if (asked(argc, argv, "raw")) syscall(SYS_prlimit64, 0, which, &limit, NULL);
    else setrlimit(which, &limit);
  }
  static void *blocks[4000];
  int got = 0;
  for (int i = 0; i < 4000; i++) got += (blocks[i] = malloc(i % 200)) != NULL;
  for (int i = 0; i < 4000; i += 2) blocks[i] = realloc(blocks[i], 300);
  for (int i = 0; i < 4000; i++) free(blocks[i]);
  void *large = malloc(512 << 10);
  printf("%d blocks, %s\n", got, large ? "and a large one" : "no large one");
  free(large);
  if (asked(argc, argv, "fault")) cross_free();
}
