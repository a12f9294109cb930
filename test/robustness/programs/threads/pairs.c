/* Eight threads, a million malloc/free pairs each, a few blocks of each thread live at a time. */
#include "../fault.h"
#include <pthread.h>
#include <stdio.h>

enum { THREADS = 8, KEPT = 16 };
static long pairs = 1000000;

static void *work(void *argument) {
  char *kept[KEPT] = {0};
  long sum = 0, number = (long)argument;
  for (long i = 0; i < pairs; i++) {
    char **place = &kept[i % KEPT];
    if (*place) sum += **place;
    free(*place);
    *place = malloc(1 + (i * 7 + number) % 500);
    **place = (char)(i % 100);
  }
  for (int i = 0; i < KEPT; i++) free(kept[i]);
  return (void *)sum;
}

int main(int argc, char **argv) {
  pthread_t threads[THREADS];
  for (long i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, work, (void *)i);
  long total = 0;
  for (int i = 0; i < THREADS; i++) {
    void *sum;
    pthread_join(threads[i], &sum);
    total += (long)sum;
  }
  if (asked(argc, argv, "fault")) cross_free();
  printf("sum %ld\n", total);
}
