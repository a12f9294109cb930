/* Memory that the program keeps out of core dumps: it stays out of the crash record as well. */
#ifndef CROSSFREE_EXCLUDED_H
#define CROSSFREE_EXCLUDED_H

#include "common.h"

/* Whether some of these bytes were excluded by madvise. `unless_known`: the answer where more ranges were excluded
 * than are kept. Asks nobody, waits for nobody: also for a process that dies. */
bool excluded_from_dumps(uintptr_t start, size_t size, bool unless_known);

#endif
