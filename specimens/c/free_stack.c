/* A local array is freed.
 * expect: CF003 -> c where=stack
 * acts: free
 */
#include "specimen.h"
#include <stdlib.h>

void fault(void) {
  char local[64];
  free(hide(local));
}

void healthy(void) {
  char local[64];
  hide(local);
}
