/* The short paths: a handful of instructions for the blocks that nearly every call is about.
 * Whatever is unusual is left to ownership.c. */
#ifndef CROSSFREE_FAST_H
#define CROSSFREE_FAST_H

#include "common.h"
#include "ends.h"
#include "ledger.h"
#include "shadow.h"
#include "sites.h"
#include "worlds.h"

/* Which path the calls of a family may take: the next faster one only where the blocks are glibc's. */
enum pace { CAREFUL, QUICK, FAST };

struct fast {
  uint8_t c;              /* not CAREFUL: malloc is one that we know, and calls none of our wrappers inside */
  uint8_t cxx;            /* not CAREFUL: operator new is libstdc++'s over that malloc */
  bool suspects;          /* some modules' calls are told apart only after the run */
  uintptr_t suspect_low;  /* they lie in here */
  uintptr_t suspect_size;
  struct layer layer;     /* of malloc's blocks */
  size_t narrow_below;    /* smaller ones are narrow */
};

extern struct fast fast HIDDEN;

#define WORD_OWNER (WORD_STATE | WORD_STACKED | WORD_WORLD_MASK | WORD_UPPER)

/* `layout`: of a narrow block. */
ALWAYS_INLINE uint64_t birth_key(uintptr_t return_address, uintptr_t stack, unsigned function, bool narrow, uint32_t layout) {
  struct call_place place = {return_address, stack};
  /* no branch: sizes are hard to predict */
  return site_key(&place, function, narrow_part(layout) & -(uint64_t)narrow);
}

/* The layer of glibc's blocks, as far as the compiler is to know it. */
#define GLIBC_LAYER ((struct layer){fast.layer.top, SPACED_SHIFT, WORD_UPPER})

/* True when the birth is written. `alignment_log2` is 0 for the default. `cached`: a small block
 * of glibc's, and a short look at the site is enough for now. */
ALWAYS_INLINE bool born_in(struct layer layer, size_t narrow_below, const void *pointer, size_t size, unsigned alignment_log2,
                           unsigned function, uintptr_t return_address, uintptr_t stack, bool cached) {
  uintptr_t address = (uintptr_t)pointer;
  uint32_t *leaf = layer.top[address >> REGION_SHIFT];
  struct ledger_slot *slot = ledger_slot;
  if (unlikely(!leaf) || unlikely(!slot) || unlikely(!cached && (size >= SIZE_BIG || (address & 15)))) return false;
  bool narrow = size < narrow_below;
  uint32_t layout = (uint32_t)size << SIZE_SHIFT | alignment_log2 << ALIGN_SHIFT;
  uint64_t key = birth_key(return_address, stack, function, narrow, layout);
  uint32_t word;
  if (unlikely(!site_fast(key, &word)) && (cached || !(word = site_known(key)))) return false;
  uint32_t *cell = leaf_cell(leaf, address, &layer);
  if (unlikely(*cell & (STATE_TAKEN | WORD_STACKED))) return false;
  cell[!narrow] = layout;
  __atomic_store_n(cell, word | upper_at(address, &layer), __ATOMIC_RELEASE);
  slot->allocations[word_world(word)]++;
  return true;
}

/* For a block out of glibc's thread cache. */
ALWAYS_INLINE bool born_fast(const void *pointer, size_t size, unsigned alignment_log2, unsigned function,
                             uintptr_t return_address, uintptr_t stack) {
  return born_in(GLIBC_LAYER, NARROW_SPACED, pointer, size, alignment_log2, function, return_address, stack, true);
}

/* For a block of whatever malloc it is. */
ALWAYS_INLINE bool born_quickly(const void *pointer, size_t size, unsigned alignment_log2, unsigned function,
                                uintptr_t return_address, uintptr_t stack) {
  return born_in(fast.layer, fast.narrow_below, pointer, size, alignment_log2, function, return_address, stack, false);
}

/* Word 1 of a block, wherever it is kept. */
ALWAYS_INLINE uint32_t layout_of(const uint32_t *cell) {
  return *cell & WORD_NARROW ? site_layout(word_site(*cell)) : cell[1];
}

/* What a release states of the layout: the bits of `mask` of word 1. 0: nothing. */
struct stated { uint32_t mask, layout; };

/* All ones when this is the layout of a narrow block, else 0; no branch, as sizes are hard to predict. */
ALWAYS_INLINE uint32_t narrow_mask(uint32_t layout, size_t narrow_below) {
  return -(uint32_t)(layout < (uint32_t)narrow_below << SIZE_SHIFT);
}

/* The cell of a block with this live_word_of its world, which this call may take, else NULL. A block that is not narrow has the layout
 * that is stated; of a narrow one its site decides (end_fast). */
ALWAYS_INLINE uint32_t *taken_in(struct layer layer, size_t narrow_below, const void *pointer, uint32_t live_word,
                                 struct stated stated, uintptr_t return_address) {
  uintptr_t address = (uintptr_t)pointer;
  uintptr_t region = (address >> 4 | address << 60) >> (REGION_SHIFT - 4); /* an unaligned or impossible address becomes huge */
  if (unlikely(region >= TOP_ENTRIES)) return NULL;
  __builtin_prefetch((const char *)pointer - 8); /* its header, while we wait for its word */
  uint32_t *leaf = layer.top[region];
  if (unlikely(!leaf)) return NULL;
  uint32_t *cell = leaf_cell(leaf, address, &layer), word = *cell;
  uint32_t expected = live_word | upper_at(address, &layer), asked = WORD_OWNER, wide = 0;
  if (stated.mask >> SIZE_SHIFT) { /* a size is stated, and so whether the block is narrow */
    uint32_t narrow = narrow_mask(stated.layout, narrow_below);
    expected |= narrow & WORD_NARROW;
    asked |= WORD_NARROW;
    wide = ~narrow;
  } else if (stated.mask) {
    wide = word & WORD_NARROW ? 0 : ~0u;
  }
  if (unlikely((word & asked) != expected)) return NULL;
  if (__builtin_constant_p(live_word) && live_word == live_word_of(WORLD_C) && unlikely(fast.suspects) && return_address - fast.suspect_low < fast.suspect_size) return NULL;
  if (stated.mask && unlikely((cell[1] ^ stated.layout) & stated.mask & wide)) return NULL;
  return cell;
}

ALWAYS_INLINE uint32_t *taken_fast(const void *pointer, uint32_t live_word, struct stated stated, uintptr_t return_address) {
  return taken_in(GLIBC_LAYER, NARROW_SPACED, pointer, live_word, stated, return_address);
}

ALWAYS_INLINE uint32_t *taken_quickly(const void *pointer, uint32_t live_word, struct stated stated, uintptr_t return_address) {
  return taken_in(fast.layer, fast.narrow_below, pointer, live_word, stated, return_address);
}

/* Marks a block released that is taken. False: not as one of its site has been before; nothing is done. */
ALWAYS_INLINE bool mark_freed_fast(uint32_t *cell, struct stated stated, uintptr_t return_address) {
  uint32_t layout = stated.mask >> SIZE_SHIFT ? stated.layout & narrow_mask(stated.layout, NARROW_SPACED) : 0;
  uint32_t freed;
  if (unlikely(!end_fast(*cell, layout, return_address, &freed))) return false;
  *cell = freed;
  return true;
}

/* The same with a longer look at what has been before. */
ALWAYS_INLINE bool mark_freed_quickly(uint32_t *cell, struct stated stated, uintptr_t return_address) {
  uint32_t freed = end_known(*cell, stated.mask, stated.layout, return_address);
  if (unlikely(!freed)) return false;
  *cell = freed;
  return true;
}

#endif
