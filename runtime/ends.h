/* How blocks of a site end: an id for each pair of a site and the return address of a release, which stands in the
 * released block's word. */
#ifndef CROSSFREE_ENDS_H
#define CROSSFREE_ENDS_H

#include "shadow.h"

/* How blocks of a site were released, in a place that the return address picks: the low half of that address, and what
 * makes the lowest 12 bits of a live block's word the released one's: the id of the pair and a change of state. */
#define ENDS 4
struct site_ends { uint64_t last[ENDS]; };

extern struct site_ends *site_ends HIDDEN;

/* False: no memory for them. */
bool ends_start(void);

/* For mlockall: is it our reservation? */
bool ends_own(uintptr_t start, uintptr_t end);

/* A module is gone: return addresses may be another's now. */
void ends_forget(void);

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

/* The word of a live block when it is released from here; remembered. */
uint32_t end_of(uint32_t live_word, uintptr_t return_address);

/* A released block's word with the site of its birth; `*released_at` is 0 when it was not kept. */
uint32_t end_born_word(uint32_t freed_word, uintptr_t *released_at);

#endif
