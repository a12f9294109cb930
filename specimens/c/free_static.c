/* A static variable is freed.
 * expect: CF003 -> c where=static
 * acts: free
 */
#include "specimen.h"
#include <stdlib.h>

static char table[64] __attribute__((aligned(16)));

void fault(void) { free(hide(table)); }

void healthy(void) { hide(table); }
