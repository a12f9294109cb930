/* Where blocks may begin, kept so that a large extent can be asked about without a look at all of it. What is
 * found here are hints: the shadow has the last word. */
#ifndef CROSSFREE_EXTENTS_H
#define CROSSFREE_EXTENTS_H

#include "shadow.h"

#define EXTENT_PAGE 4096

/* A block was born. */
void extents_note(const struct block *block);

/* The first page from `from` on, below `end`, in which a block may begin; `end` when there is none. */
uintptr_t extents_next_page(uintptr_t from, uintptr_t end);
bool extents_page_used(uintptr_t page);

/* No block begins in this page any more. */
void extents_forget_page(uintptr_t page);

/* Offsets, as bits, at which blocks may begin inside this granule; bit 0 is its start. */
unsigned extents_starts_in(uintptr_t granule);

/* Starts of blocks of more than a page that may cover `address`. The number of those written to `starts`. */
#define EXTENT_CANDIDATES 128
unsigned extents_large_at(uintptr_t address, uintptr_t starts[EXTENT_CANDIDATES]);

#endif
