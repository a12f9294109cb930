/* A small-buffer string outgrows its local buffer and grows it with realloc.
 * expect: CF003 -> c where=stack
 * acts: realloc
 */
#include "specimen.h"
#include <stdlib.h>
#include <string.h>

void fault(void) {
  char local[64];
  hide(realloc(hide(local), 128));
}

void healthy(void) {
  char local[64] = "text";
  char *grown = malloc(128);
  memcpy(grown, hide(local), sizeof local);
  free(hide(grown));
}
