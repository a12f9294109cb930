/* What getenv returns lies on the initial stack and belongs to nobody.
 * expect: CF003 -> c where=stack
 * acts: getenv free
 */
#include "specimen.h"
#include <stdlib.h>
#include <string.h>

void fault(void) { free(hide(getenv("PATH"))); }

void healthy(void) { free(hide(strdup(getenv("PATH")))); }
