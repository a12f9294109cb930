/* A block is freed twice, but its memory already has a new owner: the second free takes the new
 * owner's block, which cannot be told from a rightful release. The new owner's own free is the one
 * that comes second.
 * expect: CF002 c -> c
 * acts: malloc malloc free free free
 */
#include "specimen.h"
#include <stdlib.h>

void fault(void) {
  void *stale = malloc(64);
  free(hide(stale));
  void *reused = malloc(64); /* glibc hands out the block that was freed last */
  free(hide(stale));
  free(hide(reused));
}

void healthy(void) {
  void *first = malloc(64);
  free(hide(first));
  void *second = malloc(64);
  free(hide(second));
}
