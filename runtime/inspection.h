#ifndef CROSSFREE_INSPECTION_H
#define CROSSFREE_INSPECTION_H

#include "common.h"

/* Asked for by `wish`: "after-finding" or "always"; NULL: never. */
void inspection_start(const char *wish);

/* Set by a finding, of this process or of the one it was forked from. */
extern bool inspection_due;

/* The program is about to end: stands still, for a bounded time, until the observer has looked at its
 * heap from outside. */
void inspection_wait(void);

#endif
