/* A block is handed to a thread that frees it, and freed by its maker as well.
 * expect: CF002 c -> c
 * acts: malloc free
 */
#include "specimen.h"
#include <pthread.h>
#include <stdlib.h>

static void *consume(void *block) {
  free(hide(block));
  return NULL;
}

static void *hand_over(void) {
  pthread_t thread;
  void *block = malloc(64);
  pthread_create(&thread, NULL, consume, block);
  pthread_join(thread, NULL);
  return block;
}

void fault(void) { free(hide(hand_over())); }

void healthy(void) { hand_over(); }
