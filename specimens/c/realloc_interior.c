/* A cursor into a block is given to realloc instead of the block.
 * expect: CF003 -> c where=interior offset=16
 * acts: malloc realloc
 */
#include "specimen.h"
#include <stdlib.h>

void fault(void) {
  char *block = malloc(64);
  char *cursor = block + 16;
  hide(realloc(hide(cursor), 128));
}

void healthy(void) {
  char *block = malloc(64);
  block = realloc(hide(block), 128);
  free(hide(block));
}
