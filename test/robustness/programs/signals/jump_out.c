/* A handler jumps out of whatever was interrupted, malloc and free included. Its allocator leaves nothing
 * half done; what observes it must not stay convinced that it is still inside. */
#define _GNU_SOURCE
#include "signal_safe_malloc.h"
#include "../fault.h"
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>

static sigjmp_buf back;
static volatile int jumps;
static void on_tick(int number) {
  jumps++;
  siglongjmp(back, 1);
}

__attribute__((noinline)) static void *nested(int depth) {
  void *block = malloc(depth + 1);
  HIDE(block);
  if (depth > 0) free(nested(depth - 1));
  return block;
}

int main(int argc, char **argv) {
  signal(SIGALRM, on_tick);
  sigsetjmp(back, 1);
  if (jumps < 2000) {
    struct itimerval soon = {{0, 0}, {0, 20 + jumps % 60}};
    setitimer(ITIMER_REAL, &soon, NULL);
    for (int i = 0;; i++) free(i % 50 ? malloc(64) : nested(i / 50 % 40));
  }
  if (asked(argc, argv, "fault")) cross_free();
  printf("%d jumps\n", jumps);
}
