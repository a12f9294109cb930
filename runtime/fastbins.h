/* glibc's fast bins, where a small block goes when its thread's cache is full: given to in place, the same lists in the
 * same order as free itself would leave them. Nothing is done here before one block was seen to go where it should. */
#ifndef CROSSFREE_FASTBINS_H
#define CROSSFREE_FASTBINS_H

#include "common.h"
#include "tcache.h"

#define FASTBINS 10
#define FASTBINS_USED 7 /* for blocks of 32 to 128 bytes with their header; mallopt may change it: then we stay away */

/* glibc's malloc_state (2.27 to 2.42). */
struct arena {
  int32_t mutex, flags, have_fastchunks, unused;
  uintptr_t fastbins[FASTBINS];
  uintptr_t top, last_remainder, bins[254];
  uint32_t map_of_bins[4];
  struct arena *next, *next_free;
  size_t attached_threads, system_size, largest_system_size;
};

struct fastbins {
  struct arena *main;          /* NULL: not known to be as drawn */
  uint64_t looked_at;          /* bits of a header: but for that of other arenas, once their place is known */
  const char *single_threaded; /* glibc's own word for it; before 2.32 it has none */
};

extern struct fastbins fastbins HIDDEN;

/* The heaps of all arenas but the main one begin at multiples of this, with the arena's address. */
#define HEAP_SIZE ((uintptr_t)1 << 26)

ALWAYS_INLINE struct arena *arena_of(const void *pointer, uint64_t header, struct arena *main) {
  return unlikely(header & HEADER_OTHER_ARENA) ? *(struct arena **)((uintptr_t)pointer & ~(HEAP_SIZE - 1)) : main;
}

/* Gives it a live block of glibc's whose bin in the thread's cache is full. False: free must; nothing is done. */
ALWAYS_INLINE bool fastbin_give(void *pointer) {
  const struct tcache *cache = tcache_of_thread();
  if (unlikely(!fastbins.main) || unlikely(!cache) || unlikely(has_key(pointer, tcache_own_key(tcache_other.form, cache)))) return false;
  uint64_t header = header_of(pointer);
  size_t bin = bin_of(header & fastbins.looked_at);
  if (unlikely(bin >= FASTBINS_USED)) return false;
  struct arena *arena = arena_of(pointer, header, fastbins.main);
  uintptr_t block = (uintptr_t)pointer - 16, *list = &arena->fastbins[bin];
  /* What free would abort for it may find itself. */
  uint64_t next = *(const uint64_t *)(block + (bin + 2) * 16 + 8);
  if (unlikely(next <= 16) || unlikely(next >= arena->system_size)) return false;
  /* The store first: it gets the line that other threads may be writing, too. */
  __atomic_store_n(&arena->have_fastchunks, 1, __ATOMIC_RELAXED);
  uintptr_t first = __atomic_load_n(list, __ATOMIC_RELAXED), *link = pointer, mask = tcache_link(tcache_other.form, (uintptr_t)pointer, 0);
  if (unlikely(first == block)) return false;
  if (likely(*fastbins.single_threaded)) {
    *link = first ^ mask;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    *list = block;
    return true;
  }
  do *link = first ^ mask;
  while (!__atomic_compare_exchange_n(list, &first, block, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
  return true;
}

/* free itself; as long as something is to be learnt it is watched. */
extern void (*fastbin_free)(void *pointer) HIDDEN;

/* Looks for the main arena, after the thread cache. `free_fills`: free writes into every block that goes there. */
void fastbins_start(bool free_fills);

/* mallopt was called: whether small blocks still go there may be another matter. */
void fastbins_stop(void);

#endif
