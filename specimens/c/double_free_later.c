/* A block is freed twice, with other allocations in between.
 * expect: CF002 c -> c
 * acts: malloc malloc malloc free free free free
 */
#include "specimen.h"
#include <stdlib.h>

void fault(void) {
  void *block = malloc(64);
  free(hide(block));
  void *small = malloc(24), *large = malloc(4000);
  free(hide(small));
  free(hide(large));
  free(hide(block));
}

void healthy(void) {
  void *block = malloc(64);
  free(hide(block));
  block = malloc(64);
  free(hide(block));
}
