/* Blocks of one allocator must not overlap: looked at when a block is handed out, within a page before and behind its start. */
#ifndef CROSSFREE_OVERLAPS_H
#define CROSSFREE_OVERLAPS_H

#include "shadow.h"

/* CROSSFREE_OVERLAPS is set. */
extern bool overlaps_wanted HIDDEN;

/* Calls `found` for live blocks of `fresh`'s own allocator that overlap it and start elsewhere. */
void overlaps_each(const struct block *fresh, void (*found)(const struct block *live, const struct block *fresh, void *data), void *data);

/* From now on nobody can tell whose this memory is. */
void overlaps_remember(const struct block *live, const struct block *fresh);
bool overlaps_doubly_owned(uintptr_t address);

#endif
