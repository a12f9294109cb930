/* Memory for the debug allocator: chunks by size class out of segments, larger ones mapped each by
 * itself. It remembers which address belongs to it, so that a foreign pointer is told without
 * reading before it. Every function wants the lock. */
#ifndef HEAP_H
#define HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Segments start at multiples of their size. */
#define SEGMENT_BYTES ((size_t)1 << 20)
/* Class of a chunk that has a mapping of its own. */
#define CLASS_LARGE UINT32_MAX

struct chunk {
  char *start; /* NULL when there is no memory */
  size_t bytes;
  uint32_t class;
  bool zeroed;
};

/* The most that a chunk of a segment holds. */
#define LARGEST_SMALL ((size_t)128 << 10)

/* At least `bytes` bytes, at most LARGEST_SMALL. */
struct chunk heap_take_small(size_t bytes);

/* A mapping of its own in which `start + offset` is aligned, and which heap_owner knows by that
 * address. `offset` is at most a page. */
struct chunk heap_take_large(size_t bytes, size_t alignment, size_t offset);

/* Gives back a chunk; `key` is its `start + offset`. */
void heap_give_back(struct chunk chunk, uintptr_t key);

enum owner { OWNER_NOBODY, OWNER_SEGMENT, OWNER_LARGE, OWNER_LARGE_RELEASED };

/* Whose memory lies at `header`, right before the block at `key`. Of the large chunks that were
 * given back it knows the last few thousand. */
enum owner heap_owner(uintptr_t header, uintptr_t key);

#endif
