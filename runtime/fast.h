/* The short paths: a handful of instructions for the blocks that nearly every call is about.
 * Whatever is unusual is left to ownership.c. */
#ifndef CROSSFREE_FAST_H
#define CROSSFREE_FAST_H

#include "common.h"
#include "ledger.h"
#include "shadow.h"
#include "sites.h"
#include "worlds.h"

struct fast {
  bool c;                 /* malloc is glibc's: blocks are aligned to 16 and span two granules */
  bool cxx;               /* operator new is libstdc++'s over that malloc */
  uintptr_t suspect_low;  /* modules whose calls are told apart only after the run lie in here */
  uintptr_t suspect_size;
};

extern struct fast fast;

#define WORD_OWNER (WORD_STATE | WORD_STACKED | WORD_WORLD_MASK)

/* True when the birth is written. `alignment_log2` is 0 for the default. */
ALWAYS_INLINE bool born_fast(const void *pointer, size_t size, unsigned alignment_log2, unsigned function,
                             const struct call_place *place) {
  uintptr_t address = (uintptr_t)pointer;
  uint32_t *leaf = shadow_top[address >> REGION_SHIFT];
  struct site_table *table = __atomic_load_n(&site_table, __ATOMIC_CONSUME);
  uint64_t key = site_key(place, function);
  struct site_entry *site = site_probe(table, key);
  if (unlikely(!leaf || site->key != key || size >= SIZE_BIG)) return false;
  uint32_t *cell = leaf + ((address >> 4) & LEAF_MASK);
  uint32_t word = __atomic_load_n(&site->word, __ATOMIC_RELAXED);
  struct ledger_slot *slot = ledger_slot;
  if (unlikely(word_state(*cell) == STATE_LIVE || !word || !slot || (*cell & WORD_STACKED))) return false;
  uint64_t both = word | (uint64_t)(uint32_t)(size << SIZE_SHIFT | alignment_log2 << ALIGN_SHIFT) << 32;
  __builtin_memcpy(cell, &both, sizeof both);
  slot->allocations[word_world(word)]++;
  return true;
}

/* True when the block was this world's, live, and is now marked released. `size_word` is what
 * word 1 must hold for the release to be right, with `checked`. */
ALWAYS_INLINE bool released_fast(const void *pointer, uint32_t world, bool checked, uint32_t size_mask, uint32_t size_word,
                                 const struct call_place *place) {
  uintptr_t address = (uintptr_t)pointer;
  uintptr_t granule = address >> 4 | address << 60; /* an unaligned or impossible address becomes huge */
  if (unlikely(granule >= ADDRESS_LIMIT >> 4)) return false;
  uint32_t *leaf = shadow_top[granule >> (REGION_SHIFT - 4)];
  if (unlikely(!leaf)) return false;
  uint32_t *cell = leaf + (granule & LEAF_MASK);
  uint32_t word = cell[0], size = cell[1];
  if (unlikely((word & WORD_OWNER) != (STATE_LIVE | world << WORD_WORLD_SHIFT))) return false;
  if (unlikely(place->return_address - fast.suspect_low < fast.suspect_size)) return false;
  if (checked && unlikely((size & size_mask) != size_word)) return false;
  if (size < (LARGEST_TWO_WORDS + 1) << SIZE_SHIFT) {
    cell[1] = (uint32_t)place->return_address << PACKED_ADDRESS_SHIFT | size >> SIZE_SHIFT << ALIGN_SHIFT;
    cell[0] = word | STATE_FREED | WORD_PACKED;
  } else {
    if (likely(size < SIZE_BIG << SIZE_SHIFT)) cell[2] = (uint32_t)place->return_address << 2;
    cell[0] = word | STATE_FREED;
  }
  return true;
}

#endif
