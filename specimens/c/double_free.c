/* A block is freed twice in a row.
 * expect: CF002 c -> c
 * acts: malloc free free
 */
#include "specimen.h"
#include <stdlib.h>

void fault(void) {
  void *block = malloc(64);
  free(hide(block));
  free(hide(block));
}

void healthy(void) {
  void *block = malloc(64);
  free(hide(block));
}
