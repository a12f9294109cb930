/* Two owners of one block; each writes to it. Only the allocator is to blame. */
#include "specimen.h"
#include <stdlib.h>
#include <string.h>

/* Of parts/twice.c: makes it hand out its last block once more. */
void hand_out_twice(void) __attribute__((weak));

void fault(void) {
  char *first = hide(malloc(64));
  hand_out_twice();
  char *second = hide(malloc(64));
  strcpy(first, "mine");
  strcpy(second, "no, mine");
  hide(first);
}

void healthy(void) {
  char *first = hide(malloc(64)), *second = hide(malloc(64));
  strcpy(first, "mine");
  strcpy(second, "and mine");
  free(hide(first));
  free(hide(second));
}
