/* The nasty case: a storm of signals whose handler allocates and releases, in threads that are themselves
 * inside malloc and free. Its allocator can take it; so must what observes it. */
#define _GNU_SOURCE
#include "signal_safe_malloc.h"
#include "../fault.h"
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>

static volatile int ticks;
static void on_tick(int number) {
  int before = errno;
  __atomic_fetch_add(&ticks, 1, __ATOMIC_RELAXED);
  void *block = malloc(48);
  void *other = calloc(3, 30);
  free(block);
  free(realloc(other, 200));
  errno = before;
}

__attribute__((noinline)) static void *nested(int depth) {
  void *block = malloc(depth + 1);
  HIDE(block);
  if (depth > 0) free(nested(depth - 1));
  return block;
}

static int rounds = 500000;
static void *work(void *unused) {
  for (int i = 0; i < rounds; i++) {
    if (i % 1000 == 0) free(nested(i / (rounds / 40)));
    free(malloc(64));
  }
  return NULL;
}

int main(int argc, char **argv) {
  if (asked(argc, argv, "short")) rounds = 50000;
  signal(SIGPROF, on_tick);
  signal(SIGALRM, on_tick);
  struct itimerval often = {{0, 50}, {0, 50}}, never = {0};
  setitimer(ITIMER_REAL, &often, NULL);
  setitimer(ITIMER_PROF, &often, NULL);
  pthread_t threads[3];
  for (int i = 0; i < 3; i++) pthread_create(&threads[i], NULL, work, NULL);
  work(NULL);
  for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
  setitimer(ITIMER_REAL, &never, NULL);
  setitimer(ITIMER_PROF, &never, NULL);
  if (asked(argc, argv, "fault")) cross_free();
  puts(ticks > 0 ? "the storm is over" : "there was no storm");
}
