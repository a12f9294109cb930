/* Threads cancelled between allocations; their clean-up handlers release what they held. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static void *work(void *unused) {
  void *block = malloc(500);
  pthread_cleanup_push(free, block);
  for (;;) {
    free(malloc(100));
    pthread_testcancel();
  }
  pthread_cleanup_pop(1);
  return NULL;
}

int main(void) {
  int cancelled = 0;
  for (int i = 0; i < 200; i++) {
    pthread_t thread;
    void *result;
    pthread_create(&thread, NULL, work, NULL);
    pthread_cancel(thread);
    pthread_join(thread, &result);
    cancelled += result == PTHREAD_CANCELED;
  }
  printf("%d cancelled\n", cancelled);
}
