/* A pointer one page into a large block is freed.
 * expect: CF003 -> c where=interior offset=4096
 * acts: malloc free
 */
#include "specimen.h"
#include <stdlib.h>

void fault(void) {
  char *block = malloc(1 << 20);
  free(hide(block + 4096));
}

void healthy(void) {
  char *block = malloc(1 << 20);
  free(hide(block));
}
