/* glibc's own thread cache, taken from and given to in place: the same lists in the same order as
 * malloc and free themselves would leave them, without the calls. Where the cache is not exactly
 * the one drawn here (glibc 2.32 to 2.41), `tcache_slot` names a pointer that is always NULL. */
#ifndef CROSSFREE_TCACHE_H
#define CROSSFREE_TCACHE_H

#include "common.h"

#define TCACHE_BINS 64
#define TCACHE_LARGEST 1032 /* bytes that the last bin's blocks have room for */
#define TCACHE_LIMIT 7 /* blocks a bin; GLIBC_TUNABLES may change it, and then we stay away */

struct tcache {
  uint16_t counts[TCACHE_BINS];
  uintptr_t entries[TCACHE_BINS];
};

/* What lies in a block in the cache. glibc's key tells its free that the block is there already; such a free never
 * gets that far with us, so the low part of the key holds where the release was called from instead. */
struct tcache_entry {
  uintptr_t next; /* xor its own address >> 12 */
  uint64_t key;   /* tcache_mark | return address; or, given back inside of glibc, tcache_key */
};

/* From the thread pointer to the thread's `struct tcache *`. */
extern intptr_t tcache_slot HIDDEN;
extern uint64_t tcache_key HIDDEN, tcache_mark HIDDEN;

/* Finds the cache and tries it out. Call once malloc is known to be glibc's own. */
void tcache_start(void *(*allocate)(size_t), void (*release)(void *));
void tcache_stop(void);

/* Whether a block lies in this thread's cache. */
bool tcache_holds(uintptr_t block);

/* NULL: there is none, or it is not for us. */
ALWAYS_INLINE struct tcache *tcache_here(void) {
  struct tcache *cache;
  __asm__("mov %%fs:(%1), %0" : "=r"(cache) : "r"(tcache_slot), "m"(*(struct tcache **)0));
  return cache;
}

/* A block for `size` bytes; NULL: ask malloc. Soon done, as malloc's own way is: a signal handler may allocate, too. */
ALWAYS_INLINE void *tcache_take(struct tcache *cache, size_t size) {
  if (unlikely(size > TCACHE_LARGEST)) return NULL;
  size_t bin = less_one((size + 7) / 16);
  if (unlikely(!cache->counts[bin])) return NULL;
  struct tcache_entry *entry = (struct tcache_entry *)cache->entries[bin];
  if (unlikely((uintptr_t)entry & 15)) return NULL; /* malloc says so and aborts */
  cache->entries[bin] = entry->next ^ (uintptr_t)entry >> 12;
  cache->counts[bin]--;
  entry->key = 0;
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  return entry;
}

#define HEADER_IN_USE 1u /* the block before */
#define HEADER_OTHER_ARENA 4u

/* What glibc keeps before a block: its size, with flags in the low bits. */
ALWAYS_INLINE uint64_t header_of(const void *pointer) { return ((const uint64_t *)pointer)[-1]; }

/* Which bin is for a block with these bits of its header. Of the other flags, 2 is of blocks with a mapping of their own,
 * and no size of glibc's has 8: those become huge. */
ALWAYS_INLINE size_t bin_of(uint64_t header) { return (header >> 4 | header << 60) - 2; }

/* Whether free would put the block there, and where. The block is known to be live, so what free would ask of it needs
 * no asking. */
ALWAYS_INLINE bool tcache_has_room(const struct tcache *cache, const void *pointer, size_t *bin) {
  *bin = bin_of(header_of(pointer) & ~(uint64_t)(HEADER_IN_USE | HEADER_OTHER_ARENA));
  return likely(*bin < TCACHE_BINS) && likely(cache->counts[*bin] < TCACHE_LIMIT);
}

/* Puts it there. */
ALWAYS_INLINE void tcache_give(struct tcache *cache, size_t bin, void *pointer, uintptr_t return_address) {
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  struct tcache_entry *entry = pointer;
  entry->key = tcache_mark | return_address;
  entry->next = cache->entries[bin] ^ (uintptr_t)pointer >> 12;
  cache->entries[bin] = (uintptr_t)pointer;
  cache->counts[bin]++;
}

#endif
