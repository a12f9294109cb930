/* As many threads at one time as the argument says, each with a block of its own. */
#include "../fault.h"
#include <pthread.h>
#include <stdio.h>

static pthread_barrier_t all;

static void *work(void *nothing) {
  void *block = malloc(100);
  HIDE(block);
  free(block);
  pthread_barrier_wait(&all);
  return NULL;
}

int main(int count, char **arguments) {
  int threads = atoi(arguments[1]), made = 0;
  pthread_t *ids = malloc(threads * sizeof *ids);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 64 << 10);
  pthread_barrier_init(&all, NULL, threads + 1);
  while (made < threads && pthread_create(&ids[made], &attributes, work, NULL) == 0) made++;
  if (made < threads) return puts("no more threads"), 77;
  pthread_barrier_wait(&all);
  for (int i = 0; i < threads; i++) pthread_join(ids[i], NULL);
  if (asked(count, arguments, "fault")) cross_free();
  printf("%d threads\n", threads);
  return 0;
}
