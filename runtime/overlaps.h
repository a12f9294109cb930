/* Blocks of one allocator must not overlap: looked at when a block is handed out. */
#ifndef CROSSFREE_OVERLAPS_H
#define CROSSFREE_OVERLAPS_H

#include "shadow.h"

/* CROSSFREE_OVERLAPS is set. */
extern bool overlaps_wanted HIDDEN;

typedef void overlap_found(const struct block *live, const struct block *fresh, void *data);

/* Calls `found` for live blocks of `fresh`'s own allocator that overlap it and start elsewhere; not for all, where
 * there are many. `fresh` is not known here yet. */
void overlaps_each(const struct block *fresh, overlap_found *found, void *data);

/* From now on nobody can tell whose this memory is. */
void overlaps_remember(const struct block *live, const struct block *fresh);
bool overlaps_doubly_owned(uintptr_t address);

#endif
