/* A pointer that walked one byte into its block is freed.
 * expect: CF003 -> c where=interior offset=1
 * acts: malloc free
 */
#include "specimen.h"
#include <stdlib.h>

void fault(void) {
  char *block = malloc(64);
  free(hide(block + 1));
}

void healthy(void) {
  char *block = malloc(64);
  char *inner = hide(block + 1);
  free(inner - 1);
}
