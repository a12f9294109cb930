/* Locks all its memory, present and future, within a limit of 8 MiB, as real-time programs do; allocates on. */
#define _GNU_SOURCE
#include "../fault.h"
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

int main(int argc, char **argv) {
  struct rlimit limit = {8 << 20, 8 << 20};
  if (setrlimit(RLIMIT_MEMLOCK, &limit) != 0) return 2;
  if (getuid() == 0) setuid(65534); /* root may lock without limit, and would fill the machine */
  free(malloc(100));
  int result = asked(argc, argv, "later") ? mlockall(MCL_FUTURE) : mlockall(MCL_CURRENT | MCL_FUTURE);
  printf("mlockall: %s\n", result == 0 ? "good" : strerror(errno));
  for (int i = 0; i < 1000; i++) free(malloc(i * 100));
  void *large = malloc(1 << 20);
  puts(large ? "1 MiB" : "no 1 MiB");
  free(large);
  large = malloc(32 << 20);
  puts(large ? "32 MiB" : "no 32 MiB");
  free(large);
  if (asked(argc, argv, "fault")) cross_free();
  munlockall();
}
