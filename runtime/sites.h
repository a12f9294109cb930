/* Call sites: one word for each (return address, stack depth) that births a block, and an id for each pair of such a
 * site and the return address of a release. The hot paths find them with one probe; the first time a site is unwound
 * and recorded. Of narrow blocks the size and alignment are part of the site; such sites share one recorded stack.
 */
#ifndef CROSSFREE_SITES_H
#define CROSSFREE_SITES_H

#include "common.h"
#include "shadow.h"

struct site_entry {
  uint64_t key;
  uint32_t word;     /* the shadow word of a block born (or released) here; 0: not ready */
  uint32_t low;      /* of the return address: the site goes when its module goes */
};

/* Where a key is looked for: `key >> shift`. Read the shift first: the entries are never fewer than it says. */
struct site_lookup {
  struct site_entry *entries;
  unsigned shift;
};

extern struct site_lookup site_lookup HIDDEN;

/* Differs for each function, so that a tail-calling wrapper does not confuse two of them. */
#define SITE_SALT(function) ((uint64_t)(function) * 0x165667B19E3779F9ull)

/* Keys are mixed: their highest bits are the place in the table. */
#define SITE_FACTOR 0x9E3779B97F4A7C15ull

/* `part`: of a narrow block narrow_part of its layout, else 0. */
ALWAYS_INLINE uint64_t site_key(const struct call_place *place, unsigned function, uint64_t part) {
  return (place->return_address + ((place->stack - thread_pointer()) << 44) + SITE_SALT(function) + part) * SITE_FACTOR;
}

/* What tells narrow blocks of one place from each other: nothing that two return addresses differ by. */
ALWAYS_INLINE uint64_t narrow_part(uint32_t layout) { return (layout * 2ull + 1) << 32; }

/* The ids below have no stack; they only carry the size of narrow blocks. */
#define FIRST_SITE 256
#define NARROW_ALIGNMENTS 6 /* how many of them: 1, 2, 4, 8, 16, and one for all others */

/* What is known of an id. Its place is fixed: the short path looks up the layout. */
struct site_info {
  uintptr_t address; /* the first block born here; of a pair, the return address of the release */
  uint32_t of;       /* the id whose stack is recorded; of a pair, that of the birth, with SITE_IS_RELEASE */
  uint32_t layout;   /* word 1 of the narrow blocks born here; else 0 */
};

#define SITE_RELEASE_BIT 31
#define SITE_IS_RELEASE (1u << SITE_RELEASE_BIT)
#define SITE_IS_SHARED (1u << 30) /* reached at so many depths that they share it */
#define SITE_CHUNK_LOG2 10
#define SITE_CHUNK ((size_t)1 << SITE_CHUNK_LOG2)

extern struct site_info *site_chunks[(SITE_MAX + 1) >> SITE_CHUNK_LOG2] HIDDEN;

void site_start(void);

/* The word of a key, looked for farther than the short path does; 0: not there. */
uint32_t site_known(uint64_t key);

/* The word of a key. False: it is not where it is looked for first. */
ALWAYS_INLINE bool site_fast(uint64_t key, uint32_t *word) {
  unsigned shift = __atomic_load_n(&site_lookup.shift, __ATOMIC_ACQUIRE);
  const struct site_entry *site = __atomic_load_n(&site_lookup.entries, __ATOMIC_CONSUME) + (key >> shift);
  if (unlikely(site->key != key)) site++;
  if (unlikely(site->key != key)) return false;
  *word = __atomic_load_n(&site->word, __ATOMIC_RELAXED);
  return true;
}

/* How blocks of a site were released, in a place that the return address picks: the low half of that address, and what
 * makes the lowest 12 bits of a live block's word the released one's: the id of the pair and a change of state. */
#define ENDS 4
struct site_ends { uint64_t last[ENDS]; };

extern struct site_ends *site_ends HIDDEN;
bool site_ends_start(void);
bool site_ends_owns(uintptr_t start, uintptr_t end);

/* As an offset in bytes: two bits of the address as they are. */
ALWAYS_INLINE uintptr_t end_place(uintptr_t return_address) { return return_address & (ENDS - 1) * sizeof(uint64_t); }

/* `stated`: of a narrow block, the layout that the release states; it is compared with this. */
ALWAYS_INLINE uint32_t end_check(uintptr_t return_address, uint32_t stated) { return (uint32_t)return_address + (stated << 16); }

ALWAYS_INLINE uint32_t end_change(uint32_t id) { return (id << WORD_SITE_SHIFT) + STATE_FREED - STATE_LIVE; }
ALWAYS_INLINE uint32_t end_word(uint32_t live_word, uint32_t change) {
  return (live_word & ~(SITE_MAX << WORD_SITE_SHIFT)) + change;
}

/* The word of a live block when it is released from here, if that has been seen to be right. False: not known, or
 * other releases of the same place came after it. */
ALWAYS_INLINE bool end_fast(uint32_t live_word, uint32_t stated, uintptr_t return_address, uint32_t *freed) {
  uintptr_t place = (uintptr_t)&site_ends[word_site(live_word)] + end_place(return_address);
  uint64_t end = __atomic_load_n((const uint64_t *)place, __ATOMIC_RELAXED);
  if (unlikely((uint32_t)(end >> 32) != end_check(return_address, stated))) {
    end = __atomic_load_n((const uint64_t *)(place ^ sizeof end), __ATOMIC_RELAXED);
    if (unlikely((uint32_t)(end >> 32) != end_check(return_address, stated))) return false;
  }
  *freed = end_word(live_word, (uint32_t)end);
  return true;
}

/* The same for any release that has been seen; 0: it has not. `mask`: what of the layout it states. */
uint32_t end_known(uint32_t live_word, uint32_t mask, uint32_t layout, uintptr_t return_address);

/* The word for a block of `world` born at `place`. `narrow`: its size and alignment
 * become part of the site. Preserves nothing but works anywhere. */
uint32_t site_word(const struct call_place *place, unsigned function, uint32_t world, bool on_c, bool narrow,
                   uint64_t size, uint64_t alignment, uintptr_t block);

/* The word of a live block when it is released from here; remembered. */
uint32_t end_of(uint32_t live_word, uintptr_t return_address);

/* Word 1 of the narrow blocks of a site. */
uint32_t site_layout(uint32_t site);

/* A released block's word with the site of its birth; `*released_at` is 0 when it was not kept. */
uint32_t end_born_word(uint32_t freed_word, uintptr_t *released_at);

/* The recorded stack of a site, and the first block that was born there; 0: none. */
uint32_t site_stack(uint32_t site);
uintptr_t site_first_block(uint32_t site);

/* The modules between these addresses are gone, and what is mapped there next is other code. */
void sites_forget(uintptr_t start, uintptr_t end);

/* Records a stack without a site, for a death. 0 when it could not be written. */
uint32_t stack_record(const struct call_place *place, unsigned function, uintptr_t block);

/* Records a stack that is known already, as long as there is room beside findings. 0 when it could not be written. */
uint32_t stack_write(const uint64_t *frames, size_t count, bool truncated, unsigned function);

#endif
