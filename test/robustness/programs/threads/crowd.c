/* A thousand threads alive at once, each holding a block until all have one. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { THREADS = 1000 };
static pthread_barrier_t all;

static void *work(void *unused) {
  char *block = malloc(64);
  pthread_barrier_wait(&all);
  free(block);
  return malloc(32);
}

int main(void) {
  static pthread_t threads[THREADS];
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 64 * 1024);
  pthread_barrier_init(&all, NULL, THREADS);
  int count = 0;
  for (int i = 0; i < THREADS; i++) count += pthread_create(&threads[i], &attributes, work, NULL) == 0;
  for (int i = 0; i < THREADS; i++) {
    void *block;
    pthread_join(threads[i], &block);
    free(block);
  }
  printf("%d threads\n", count);
}
