/* A block is grown after it was freed.
 * expect: CF002 c -> c
 * acts: malloc free realloc
 */
#include "specimen.h"
#include <stdlib.h>

void fault(void) {
  void *block = malloc(64);
  free(hide(block));
  hide(realloc(hide(block), 4000));
}

void healthy(void) {
  void *block = malloc(64);
  block = realloc(hide(block), 4000);
  free(hide(block));
}
