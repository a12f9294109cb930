/* The short paths: a handful of instructions for the blocks that nearly every call is about.
 * Whatever is unusual is left to ownership.c. */
#ifndef CROSSFREE_FAST_H
#define CROSSFREE_FAST_H

#include "common.h"
#include "ledger.h"
#include "shadow.h"
#include "sites.h"
#include "tcache.h"
#include "worlds.h"

/* Which path the calls of a family may take: the next faster one only where the blocks are glibc's. */
enum pace { CAREFUL, QUICK, FAST };

struct fast {
  uint8_t c;              /* not CAREFUL: malloc is one that we know, and calls none of our wrappers inside */
  uint8_t cxx;            /* not CAREFUL: operator new is libstdc++'s over that malloc */
  uint32_t c_word;        /* live_word_of(WORLD_C); NO_LIVE_WORD once there are suspects: free is never FAST then */
  bool suspects;          /* some modules' calls are told apart only after the run */
  uintptr_t suspect_low;  /* they lie in here */
  uintptr_t suspect_size;
  struct layer layer;     /* of malloc's blocks */
  size_t narrow_below;    /* smaller ones are narrow */
  const char *alone;      /* what it points to is true as long as the process has a single thread */
};

extern struct fast fast HIDDEN;

#define WORD_OWNER (WORD_STATE | WORD_STACKED | WORD_WORLD_MASK | WORD_UPPER)

/* `narrow`: all ones for a narrow block, of this layout; else 0. No branch: sizes are hard to predict. */
ALWAYS_INLINE uint64_t birth_key(uintptr_t return_address, uintptr_t stack, unsigned function, uint64_t narrow,
                                 uint32_t layout) {
  struct call_place place = {return_address, stack};
  return site_key(&place, function, narrow_part(layout) & narrow);
}

/* The layer of glibc's blocks, as far as the compiler is to know it. */
#define GLIBC_LAYER ((struct layer){fast.layer.top, SPACED_SHIFT, WORD_UPPER})

/* What the short paths are told of a birth. */
struct born {
  size_t size;
  unsigned alignment_log2; /* 0: the default */
  uint32_t world;
  unsigned function;
  uintptr_t return_address, stack;
};

/* What a birth writes into the shadow, but for `upper`: word 0 and above it word 1, of which a narrow block writes
 * none. Both fit one register, which is all that a call of malloc's has to preserve. 0: not that quickly. */
ALWAYS_INLINE uint64_t birth_words(size_t narrow_below, struct born born) {
  uint64_t narrow = mask_if_below(born.size, narrow_below);
  uint32_t layout = (uint32_t)born.size << SIZE_SHIFT | born.alignment_log2 << ALIGN_SHIFT, word;
  uint64_t key = birth_key(born.return_address, born.stack, born.function, narrow, layout);
  if (unlikely(born.size >= SIZE_BIG) || unlikely(!site_fast(key, &word))) return 0;
  return (uint64_t)layout << 32 | word;
}

/* Counts the birth and writes its words. False: there is no counter yet. */
ALWAYS_INLINE bool birth_write(uint32_t *cell, uint32_t word, uint32_t upper, uint32_t layout, uint64_t narrow, uint32_t world) {
  struct ledger_slot *slot = ledger_slot;
  if (unlikely(!slot)) return false;
  bool is_sure = __builtin_constant_p(world) && world != WORLD_C; /* of c there are several */
  slot->allocations[is_sure ? world : word_world(word)]++;
  cell[1 + narrow] = layout;
  __atomic_store_n(cell, word | upper, __ATOMIC_RELEASE);
  return true;
}

/* The births of blocks that malloc itself handed out, with the words that were found before; true when it is written.
 * `prepare`: the first one in its page of the shadow, too. */
ALWAYS_INLINE bool born_known(const void *pointer, uint64_t words, uint32_t world, bool prepare) {
  struct layer layer = GLIBC_LAYER;
  uintptr_t address = (uintptr_t)pointer;
  uint32_t *leaf = layer.top[address >> REGION_SHIFT];
  if (unlikely(!leaf) || unlikely(address & 15)) return false;
  uint32_t *cell = leaf_cell(leaf, address, &layer), word = (uint32_t)words, layout = (uint32_t)(words >> 32);
  uint8_t *ready = leaf_ready(leaf, cell, &layer);
  if (unlikely(!*ready)) {
    if (!prepare) return false;
    leaf_prepare(cell, ready);
  }
  if (unlikely(*cell & (STATE_TAKEN | WORD_STACKED))) return false;
  return birth_write(cell, word, upper_at(address, &layer), layout, -(uint64_t)(word / WORD_NARROW % 2), world);
}

/* True when the birth is written. `cached`: a small block of glibc's, and a short look at the site is enough for now. */
ALWAYS_INLINE bool born_in(struct layer layer, size_t narrow_below, const void *pointer, struct born born, bool cached) {
  uintptr_t address = (uintptr_t)pointer;
  uint32_t *leaf = layer.top[address >> REGION_SHIFT];
  if (unlikely(!leaf) || unlikely(!cached && (born.size >= SIZE_BIG || (address & 15)))) return false;
  uint32_t *cell = leaf_cell(leaf, address, &layer);
  uint8_t *ready = cached ? NULL : leaf_ready(leaf, cell, &layer);
  if (!cached && unlikely(!*ready)) leaf_prepare(cell, ready);
  if (unlikely(*cell & (STATE_TAKEN | WORD_STACKED))) return false;
  uint64_t narrow = mask_if_below(born.size, narrow_below);
  uint32_t layout = (uint32_t)born.size << SIZE_SHIFT | born.alignment_log2 << ALIGN_SHIFT;
  uint64_t key = birth_key(born.return_address, born.stack, born.function, narrow, layout);
  uint32_t word;
  if (unlikely(!site_fast(key, &word)) && (cached || !(word = site_known(key)))) return false;
  return birth_write(cell, word, upper_at(address, &layer), layout, narrow, born.world);
}

/* A block out of glibc's thread cache; NULL: there is none. */
ALWAYS_INLINE void *take_cached(size_t size) {
  struct tcache *cache = tcache_here();
  return likely(cache) ? tcache_take(TCACHE_USUAL, cache, size) : NULL;
}

/* The same where that has another form: the path for the usual one is to be short. */
ALWAYS_INLINE void *take_cached_otherwise(size_t size) {
  struct tcache *cache = tcache_otherwise();
  if (unlikely(!cache)) return NULL;
  return likely(tcache_other.form.by_entry) ? tcache_take(TCACHE_DOWN, cache, size) : tcache_take(tcache_other.form, cache, size);
}

ALWAYS_INLINE bool born_cached(const void *block, struct born born) {
  return born_in(GLIBC_LAYER, NARROW_SPACED, block, born, true);
}

/* For a block of whatever malloc it is. */
ALWAYS_INLINE bool born_quickly(const void *pointer, struct born born) {
  if (likely(fast.c == FAST)) return born_in(GLIBC_LAYER, NARROW_SPACED, pointer, born, false);
  return born_in(fast.layer, fast.narrow_below, pointer, born, false);
}

/* What a release states of the layout: the bits of `mask` of word 1, and above them those of a size too large for it.
 * 0: nothing. */
struct stated { uint64_t mask, layout; };

#define NOT_SUSPECT 0

/* The cell of a block with this live_word_of its world, which this call may take, and the word seen there; else NULL.
 * `return_address` may be NOT_SUSPECT. */
ALWAYS_INLINE uint32_t *takeable(struct layer layer, const void *pointer, uint32_t live_word, struct stated stated,
                                 uintptr_t return_address, uint32_t *seen) {
  uintptr_t address = (uintptr_t)pointer;
  /* An unaligned or impossible address becomes huge. */
  uintptr_t region = (address >> 4 | address << 60) >> (REGION_SHIFT - 4);
  if (unlikely(region >= TOP_ENTRIES)) return NULL;
  uint32_t *leaf = layer.top[region];
  if (unlikely(!leaf)) return NULL;
  uint32_t *cell = leaf_cell(leaf, address, &layer), word = *seen = __atomic_load_n(cell, __ATOMIC_RELAXED);
  if (unlikely((word & WORD_OWNER) != (live_word | upper_at(address, &layer)))) return NULL;
  bool never = __builtin_constant_p(return_address) && return_address == NOT_SUSPECT;
  if (!never && live_word == live_word_of(WORLD_C) && unlikely(fast.suspects) &&
      return_address - fast.suspect_low < fast.suspect_size)
    return NULL;
  /* With its sign: whatever is stated of a block as large as that is looked at with care. */
  if (stated.mask && unlikely(((uint64_t)(int32_t)*layout_place(cell, word) ^ stated.layout) & stated.mask)) return NULL;
  return cell;
}

/* Of threads that release a block at one instant one alone changes its word. */
ALWAYS_INLINE bool change_word(uint32_t *cell, uint32_t seen, uint32_t word) {
  if (unlikely(!*fast.alone)) return __atomic_compare_exchange_n(cell, &seen, word, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
  __atomic_store_n(cell, word, __ATOMIC_RELAXED);
  return true;
}

/* The same, once it is taken: before anything else of the block is looked at, which may be gone. */
ALWAYS_INLINE uint32_t *taken_in(struct layer layer, const void *pointer, uint32_t live_word, struct stated stated,
                                 uintptr_t return_address) {
  uint32_t seen, *cell = takeable(layer, pointer, live_word, stated, return_address, &seen);
  return likely(cell) && likely(change_word(cell, seen, seen - STATE_LIVE + STATE_FREED)) ? cell : NULL;
}

ALWAYS_INLINE uint32_t *taken_fast(const void *pointer, uint32_t live_word, struct stated stated) {
  return taken_in(GLIBC_LAYER, pointer, live_word, stated, NOT_SUSPECT);
}

ALWAYS_INLINE uint32_t *taken_quickly(const void *pointer, uint32_t live_word, struct stated stated,
                                      uintptr_t return_address) {
  return taken_in(fast.layer, pointer, live_word, stated, return_address);
}

/* Gives a block that is taken to glibc's thread cache. False: it is not for that; nothing is done. */
ALWAYS_INLINE bool died_cached(struct tcache_form form, struct tcache *cache, void *pointer, uintptr_t return_address) {
  size_t bin;
  if (unlikely(!tcache_has_room(form, cache, pointer, &bin))) return false;
  tcache_give(form, cache, bin, pointer, return_address);
  return true;
}

/* The newest of the other forms by its constants. */
ALWAYS_INLINE bool died_cached_otherwise(struct tcache *cache, void *pointer, uintptr_t return_address) {
  return likely(tcache_other.form.by_entry) ? died_cached(TCACHE_DOWN, cache, pointer, return_address)
                                            : died_cached(tcache_other.form, cache, pointer, return_address);
}

#endif
