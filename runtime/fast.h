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
  bool c;                 /* malloc is one that we know, and calls none of our wrappers inside */
  bool suspects;          /* some modules' calls are told apart only after the run */
  bool cxx;               /* operator new is libstdc++'s over that malloc */
  uintptr_t suspect_low;  /* they lie in here */
  uintptr_t suspect_size;
  size_t smallest;        /* smaller blocks may span one granule only, and are left to the careful path */
};

extern struct fast fast HIDDEN;

/* A live narrow block is marked as packed: the short paths must leave its second word alone. */
#define WORD_OWNER (WORD_STATE | WORD_STACKED | WORD_PACKED | WORD_WORLD_MASK)

/* The site of this call if it has been seen: its shadow word, else 0. */
ALWAYS_INLINE uint32_t site_fast(uintptr_t return_address, uintptr_t stack, unsigned function) {
  struct site_table *table = __atomic_load_n(&site_table, __ATOMIC_CONSUME);
  struct call_place place = {return_address, stack};
  uint64_t key = site_key(&place, function);
  struct site_entry *site = site_probe(table, key);
  if (likely(site->key == key)) return __atomic_load_n(&site->word, __ATOMIC_RELAXED);
  return unlikely(site[1].key != key) ? 0 : __atomic_load_n(&site[1].word, __ATOMIC_RELAXED);
}

/* True when the birth is written. `alignment_log2` is 0 for the default. */
ALWAYS_INLINE bool born_fast(const void *pointer, size_t size, unsigned alignment_log2, uint32_t word) {
  uintptr_t address = (uintptr_t)pointer;
  uint32_t *leaf = shadow_top[address >> REGION_SHIFT];
  struct ledger_slot *slot = ledger_slot;
  if (unlikely(!leaf || !word || size - fast.smallest >= SIZE_BIG - 32 || !slot || (address & 15))) return false;
  uint32_t *cell = leaf + ((address >> 4) & LEAF_MASK);
  uint32_t old = *cell;
  if (unlikely(old & (STATE_LIVE | WORD_STACKED))) return false;
  uint64_t both = word | (uint64_t)(uint32_t)(size << SIZE_SHIFT | alignment_log2 << ALIGN_SHIFT) << 32;
  __builtin_memcpy(cell, &both, sizeof both);
  slot->allocations[word_world(word)]++;
  return true;
}

/* The cell of a live block of this world that this call may take, else NULL. With `mask`,
 * word 1 must hold `size_word` under it. */
ALWAYS_INLINE uint32_t *taken_fast(const void *pointer, uint32_t world, uint32_t mask, uint32_t size_word,
                                   uintptr_t return_address) {
  uintptr_t address = (uintptr_t)pointer;
  uintptr_t granule = address >> 4 | address << 60; /* an unaligned or impossible address becomes huge */
  uintptr_t region = granule >> (REGION_SHIFT - 4);
  if (unlikely(region >= TOP_ENTRIES)) return NULL;
  uint32_t *leaf = shadow_top[region];
  if (unlikely(!leaf)) return NULL;
  uint32_t *cell = leaf + (granule & LEAF_MASK);
  if (unlikely((cell[0] & WORD_OWNER) != (STATE_LIVE | world << WORD_WORLD_SHIFT))) return NULL;
  if (world == WORLD_C && unlikely(fast.suspects) && return_address - fast.suspect_low < fast.suspect_size) return NULL;
  if (mask && unlikely((cell[1] & mask) != size_word)) return NULL;
  return cell;
}

/* Marks it released, keeping what fits of the return address; no branch that depends on the size. */
ALWAYS_INLINE void mark_freed_fast(uint32_t *cell, uintptr_t return_address) {
  uint32_t word = cell[0], size = cell[1];
  uint32_t small = -(uint32_t)(size < (LARGEST_TWO_WORDS + 1) << SIZE_SHIFT); /* all ones or none */
  __asm__("" : "+r"(small)); /* or the compiler makes a branch of it again, and sizes are hard to predict */
  /* One word for both: the size moves to where a packed one has it, and nothing stays in the state's bits. */
  cell[2 + (int32_t)small] =
      (uint32_t)return_address << PACKED_ADDRESS_SHIFT | (size >> (SIZE_SHIFT - ALIGN_SHIFT) & PACKED_SIZE_MASK);
  cell[0] = word + (STATE_FREED - STATE_LIVE) + (small & WORD_PACKED);
}

#endif
