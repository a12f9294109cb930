/* What realloc does where a block cannot grow in place. */
#ifndef MOVE_H
#define MOVE_H

#include <string.h>

#include "allocator.h"

static inline void *move_block(void *block, size_t old_size, size_t size) {
  void *moved = allocator_allocate(size, LEAST_ALIGNMENT, false);
  if (!moved) return NULL;
  memcpy(moved, block, old_size < size ? old_size : size);
  allocator_release(block, "realloc");
  return moved;
}

#endif
