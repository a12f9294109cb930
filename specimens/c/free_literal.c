/* A string that is sometimes a literal and sometimes allocated is always freed.
 * expect: CF003 -> c where=static
 * acts: free
 */
#include "specimen.h"
#include <stdlib.h>
#include <string.h>

static const char *name_of(int known) { return known ? strdup("known") : "unknown"; }

void fault(void) { free(hide((char *)name_of(0))); }

void healthy(void) { free(hide((char *)name_of(1))); }
