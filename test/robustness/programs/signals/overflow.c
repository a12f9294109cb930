/* Overflows its stack, in the main thread or another, with allocations on the way down. */
#include "../fault.h"
#include <pthread.h>
#include <stdio.h>

__attribute__((noinline)) static int overflow(int depth) {
  volatile char here[1000];
  here[depth % 1000] = 1;
  void *block = malloc(20);
  HIDE(block);
  int below = overflow(depth + 1);
  free(block);
  return below + here[depth % 1000];
}
static void *work(void *unused) { return (void *)(long)overflow(0); }

int main(int argc, char **argv) {
  puts("about to overflow");
  fflush(stdout);
  if (asked(argc, argv, "fault")) cross_free();
  if (asked(argc, argv, "thread")) {
    pthread_t thread;
    pthread_create(&thread, NULL, work, NULL);
    pthread_join(thread, NULL);
  }
  return overflow(0);
}
