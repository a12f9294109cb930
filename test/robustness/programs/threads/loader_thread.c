/* Built as a library: its constructor waits for a thread that allocates, while the loader holds its lock. */
#include <pthread.h>
#include <stdlib.h>

static void *work(void *unused) {
  for (int i = 0; i < 1000; i++) free(malloc(i));
  return malloc(10);
}

__attribute__((constructor)) static void start(void) {
  pthread_t thread;
  void *block;
  pthread_create(&thread, NULL, work, NULL);
  pthread_join(thread, &block);
  free(block);
}
