/* glibc's own thread cache, taken from and given to in place: the same lists in the same order as
 * malloc and free themselves would leave them, without the calls. Where the cache is not exactly
 * the one drawn here (glibc 2.32 to 2.41), `tcache_slot` names a pointer that is always NULL. */
#ifndef CROSSFREE_TCACHE_H
#define CROSSFREE_TCACHE_H

#include "common.h"

#define TCACHE_BINS 64
#define TCACHE_LIMIT 7 /* blocks a bin; GLIBC_TUNABLES may change it, and then we stay away */

struct tcache {
  uint16_t counts[TCACHE_BINS];
  uintptr_t entries[TCACHE_BINS];
};

/* What glibc writes into a block that lies in the cache. */
struct tcache_entry {
  uintptr_t next; /* xor its own address >> 12 */
  uint64_t key;
};

/* From the thread pointer to the thread's `struct tcache *`. */
extern intptr_t tcache_slot HIDDEN;
extern uint64_t tcache_key HIDDEN;

/* Finds the cache and tries it out. Call once malloc is known to be glibc's own. */
void tcache_start(void *(*allocate)(size_t), void (*release)(void *));
void tcache_stop(void);

ALWAYS_INLINE struct tcache *tcache_here(void) {
  struct tcache *cache;
  __asm__("mov %%fs:(%1), %0" : "=r"(cache) : "r"(tcache_slot), "m"(*(struct tcache **)0));
  return cache;
}

/* A block for `size` bytes; NULL: ask malloc. */
ALWAYS_INLINE void *tcache_take(size_t size) {
  struct tcache *cache = tcache_here();
  size_t index = ((size < 9 ? 9 : size) + 23) / 16 - 2;
  if (unlikely(index >= TCACHE_BINS || !cache)) return NULL;
  uint16_t count = cache->counts[index];
  if (unlikely(!count)) return NULL;
  uintptr_t block = cache->entries[index];
  if (unlikely(block & 15)) return NULL; /* malloc says so and aborts */
  struct tcache_entry *entry = (struct tcache_entry *)block;
  cache->entries[index] = entry->next ^ block >> 12;
  cache->counts[index] = (uint16_t)(count - 1);
  entry->key = 0;
  return entry;
}

/* False: ask free. The block is known to be live, so what free would ask of it needs no asking. */
ALWAYS_INLINE bool tcache_give(void *pointer) {
  struct tcache *cache = tcache_here();
  struct tcache_entry *entry = pointer;
  if (unlikely(!cache)) return false; /* before the header is read: another allocator may have none */
  uint64_t header = ((const uint64_t *)pointer)[-1];
  size_t index = header / 16 - 2;
  /* 8: no size of glibc's has it; 2: mapped by itself. */
  if (unlikely(index >= TCACHE_BINS || header & 10)) return false;
  uint16_t count = cache->counts[index];
  if (unlikely(count >= TCACHE_LIMIT)) return false;
  entry->key = tcache_key;
  entry->next = cache->entries[index] ^ (uintptr_t)pointer >> 12;
  cache->entries[index] = (uintptr_t)pointer;
  cache->counts[index] = (uint16_t)(count + 1);
  return true;
}

#endif
