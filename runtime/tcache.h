/* glibc's own thread cache, taken from and given to in place: the same lists in the same order as
 * malloc and free themselves would leave them, without the calls. What those would look at first is looked at
 * here; whatever is not as it should be is left to them, which say so in their own words. Where the cache has no
 * form that is drawn here (glibc 2.31 to 2.43), both slots name a pointer that is always NULL. */
#ifndef CROSSFREE_TCACHE_H
#define CROSSFREE_TCACHE_H

#include "common.h"

/* A form of the cache: a count for each bin, then each bin's first block. The bins for one size each come first, from the
 * smallest block's on, 16 bytes apart. */
struct tcache_form {
  uint32_t bins;        /* how many of those we use */
  uint32_t largest;     /* bytes that the last one's blocks have room for */
  uint32_t entries;     /* where the first blocks begin */
  uint16_t first, span; /* free gives to a bin whose count is one of so many from the first on */
  uint16_t step;        /* what it adds to the count */
  uint16_t by_entry;    /* malloc asks 1: whether there is a first block, 0: the count */
  uint64_t mangled;     /* all ones: a link is xor its own address >> 12; 0: plain */
  uint64_t key_is_cache; /* all ones: a block's key is the cache's address; 0: tcache_key */
};

/* The known ones, each as it is where no tunable is set; with them we stay away. */
#define TCACHE_USUAL /* 2.34 to 2.41 */ \
  ((struct tcache_form){.bins = 64, .largest = 1032, .entries = 128, .span = 7, .step = 1, .mangled = ~0ull})
#define TCACHE_DOWN /* from 2.42: it counts free slots; large blocks have bins of their own, which 2.42 lets begin with the 64th */ \
  ((struct tcache_form){.bins = 63, .largest = 1016, .entries = 152, .first = 1, .span = 0xffff, .step = 0xffff, \
                        .by_entry = 1, .mangled = ~0ull})
#define TCACHE_OF_CACHE /* 2.32 and 2.33 */ \
  ((struct tcache_form){.bins = 64, .largest = 1032, .entries = 128, .span = 7, .step = 1, .mangled = ~0ull, .key_is_cache = ~0ull})
#define TCACHE_PLAIN /* 2.31 */ \
  ((struct tcache_form){.bins = 64, .largest = 1032, .entries = 128, .span = 7, .step = 1, .key_is_cache = ~0ull})

struct tcache; /* in that form */

/* What lies in a block in the cache. glibc's key tells its free that the block is there already; such a free never
 * gets that far with us, so the low part of the key holds where the release was called from instead. */
struct tcache_entry {
  uintptr_t next;
  uint64_t key; /* tcache_mark | return address; or, given back inside of glibc, its own */
};

/* From the thread pointer to the thread's `struct tcache *`, where that has the usual form; else `tcache_other_slot`,
 * with the form beside it. */
extern intptr_t tcache_slot HIDDEN;
extern uint64_t tcache_key HIDDEN, tcache_mark HIDDEN;
struct tcache_other {
  intptr_t slot;
  struct tcache_form form; /* filled in for the usual one as well */
};
extern struct tcache_other tcache_other HIDDEN;

/* Finds the cache and tries it out. Call once malloc is known to be glibc's own. */
void tcache_start(void *(*allocate)(size_t), void (*release)(void *));
void tcache_stop(void);

#define TCACHE_LONGEST 16 /* blocks that a list has at most */

/* Whether a block lies in this thread's cache. */
bool tcache_holds(uintptr_t block);

/* NULL: there is none, or it is not for us. */
ALWAYS_INLINE struct tcache *tcache_at(intptr_t slot) {
  struct tcache *cache;
  __asm__("mov %%fs:(%1), %0" : "=r"(cache) : "r"(slot), "m"(*(struct tcache **)0));
  return cache;
}
ALWAYS_INLINE struct tcache *tcache_here(void) { return tcache_at(tcache_slot); }
ALWAYS_INLINE struct tcache *tcache_otherwise(void) { return tcache_at(tcache_other.slot); }
ALWAYS_INLINE struct tcache *tcache_of_thread(void) {
  struct tcache *cache = tcache_here();
  return likely(cache) ? cache : tcache_otherwise();
}

ALWAYS_INLINE uint16_t *tcache_count(struct tcache *cache, size_t bin) { return (uint16_t *)cache + bin; }
ALWAYS_INLINE uintptr_t *tcache_first(struct tcache_form form, struct tcache *cache, size_t bin) {
  return (uintptr_t *)((char *)cache + form.entries) + bin;
}

/* The key that glibc leaves in the blocks of a cache. */
ALWAYS_INLINE uint64_t tcache_own_key(struct tcache_form form, const struct tcache *cache) {
  return tcache_key | ((uintptr_t)cache & form.key_is_cache);
}

/* A link of an entry from or to an address. */
ALWAYS_INLINE uintptr_t tcache_link(struct tcache_form form, uintptr_t entry, uintptr_t link) {
  return link ^ (entry >> 12 & form.mangled);
}

/* A block for `size` bytes; NULL: ask malloc. Soon done, as malloc's own way is: a signal handler may allocate, too. */
ALWAYS_INLINE void *tcache_take(struct tcache_form form, struct tcache *cache, size_t size) {
  if (unlikely(size > form.largest)) return NULL;
  size_t bin = less_one((size + 7) / 16);
  uint16_t *count = tcache_count(cache, bin);
  if (unlikely(!(*count | form.by_entry))) return NULL;
  uintptr_t *first = tcache_first(form, cache, bin);
  struct tcache_entry *entry = (struct tcache_entry *)*first;
  if (form.by_entry && unlikely(!entry)) return NULL;
  if (unlikely((uintptr_t)entry & 15)) return NULL; /* malloc says so and aborts */
  *first = tcache_link(form, (uintptr_t)entry, entry->next);
  *count -= form.step;
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

/* Other arenas lie where the kernel maps things; the main one's blocks mostly lie below. */
#define MAPPED_AREA ((uintptr_t)1 << 45)

/* A header that says `another arena` where none can be: free looks for that arena first, and dies of it. */
ALWAYS_INLINE bool is_astray(uint64_t header, const void *pointer) {
  return unlikely(header & HEADER_OTHER_ARENA) && unlikely(!((uintptr_t)pointer & MAPPED_AREA));
}

/* Free looks through its lists for a block that has its key. */
ALWAYS_INLINE bool has_key(const void *pointer, uint64_t key) {
  return ((const struct tcache_entry *)pointer)->key == key;
}

/* Whether free would put the block there without a word, and where. */
ALWAYS_INLINE bool tcache_has_room(struct tcache_form form, struct tcache *cache, const void *pointer, size_t *bin) {
  uint64_t header = header_of(pointer);
  if (unlikely(has_key(pointer, tcache_own_key(form, cache)))) return false;
  *bin = bin_of(header & ~(uint64_t)(HEADER_IN_USE | HEADER_OTHER_ARENA));
  if (unlikely(*bin >= form.bins) || is_astray(header, pointer)) return false;
  return likely((uint16_t)(*tcache_count(cache, *bin) - form.first) < form.span);
}

/* Puts it there. */
ALWAYS_INLINE void tcache_give(struct tcache_form form, struct tcache *cache, size_t bin, void *pointer,
                               uintptr_t return_address) {
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  struct tcache_entry *entry = pointer;
  uintptr_t *first = tcache_first(form, cache, bin);
  entry->key = tcache_mark | return_address;
  entry->next = tcache_link(form, (uintptr_t)pointer, *first);
  *first = (uintptr_t)pointer;
  *tcache_count(cache, bin) += form.step;
}

#endif
