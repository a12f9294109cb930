/* The mappings of this process, read from the kernel without allocating. */
#ifndef CROSSFREE_MAPS_H
#define CROSSFREE_MAPS_H

#include "common.h"

struct mapping {
  uintptr_t start, end;
  bool accessible; /* in any way */
  bool stack; /* the main thread's, by the kernel's name for it */
};

/* Calls `visit` for each mapping in order of address until it returns false. False: they cannot be read. */
bool maps_each(bool (*visit)(const struct mapping *, void *), void *context);

#endif
