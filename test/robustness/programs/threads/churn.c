/* Ten thousand short threads; each releases a block of the thread before it and leaves one behind. */
#include "../rss.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static void *work(void *inherited) {
  free(inherited);
  free(malloc(100));
  return malloc(50);
}

int main(void) {
  void *block = NULL;
  for (int i = 0; i < 10000; i++) {
    pthread_t thread;
    pthread_create(&thread, NULL, work, block);
    pthread_join(thread, &block);
  }
  free(block);
  puts("done");
  report_rss();
}
