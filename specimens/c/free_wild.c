/* A field that was never set, but filled with a poison pattern, is freed: no address at all.
 * expect: CF003 -> c where=unmapped
 * acts: free
 */
#include "specimen.h"
#include <stdlib.h>
#include <string.h>

struct session { void *buffer; };

void fault(void) {
  struct session session;
  memset(&session, 0xa5, sizeof session);
  free(hide(session.buffer));
}

void healthy(void) {
  struct session session = {0};
  free(hide(session.buffer));
}
