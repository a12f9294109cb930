/* Recursion a hundred thousand calls deep with an allocation in each: as many (site, depth) pairs, each
 * with a stack of as many frames. */
#include "../fault.h"
#include <pthread.h>
#include <stdio.h>

static int faulty;
__attribute__((noinline)) static long down(int depth) {
  char *block = malloc(32);
  HIDE(block);
  *block = 1;
  if (faulty && depth == 1) cross_free();
  long below = depth > 0 ? down(depth - 1) : 0;
  below += *block;
  free(block);
  return below;
}

static void *work(void *unused) {
  long sum = down(100000);
  return (void *)(sum + down(100000));
}

int main(int argc, char **argv) {
  faulty = asked(argc, argv, "fault");
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 64 << 20);
  pthread_t thread;
  void *sum;
  pthread_create(&thread, &attributes, work, NULL);
  pthread_join(thread, &sum);
  printf("%ld blocks\n", (long)sum);
}
