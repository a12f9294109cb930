/* A pointer to the second word of a block is freed.
 * expect: CF003 -> c where=interior offset=8
 * acts: malloc free
 */
#include "specimen.h"
#include <stdlib.h>

void fault(void) {
  char *block = malloc(64);
  free(hide(block + 8));
}

void healthy(void) {
  char *block = malloc(64);
  char *inner = hide(block + 8);
  free(inner - 8);
}
