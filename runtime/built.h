/* What an allocator lacks, built on what it has; one function for each slot, since none of their
 * callers could pass the slot along. */
#ifndef CROSSFREE_BUILT_H
#define CROSSFREE_BUILT_H

#include "allocators.h"

struct built_functions {
  void *reallocarray, *memalign, *posix_memalign, *valloc, *pvalloc;
  void *new_plain, *new_nothrow, *new_aligned, *new_aligned_nothrow;
  void *rust[4];
};

extern struct allocator allocators[ALLOCATOR_SLOTS];
extern const struct built_functions built_functions[ALLOCATOR_SLOTS];

#endif
