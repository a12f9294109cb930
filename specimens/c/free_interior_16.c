/* A pointer past a 16-byte header, aligned like a block of its own, is freed.
 * expect: CF003 -> c where=interior offset=16
 * acts: malloc free
 */
#include "specimen.h"
#include <stdlib.h>

void fault(void) {
  char *block = malloc(64);
  free(hide(block + 16));
}

void healthy(void) {
  char *block = malloc(64);
  char *inner = hide(block + 16);
  free(inner - 16);
}
