/* How blocks end: an id for each pair of a site and the return address of a release, which stands in the released
 * block's word. A block that glibc's thread cache took keeps its word, and the return address itself (tcache.h). */
#ifndef CROSSFREE_ENDS_H
#define CROSSFREE_ENDS_H

#include "shadow.h"
#include "site_table.h"

ALWAYS_INLINE uint32_t end_word(uint32_t live_word, uint32_t id) {
  return (live_word & ~(SITE_MAX << WORD_SITE_SHIFT)) - STATE_LIVE + STATE_FREED + (id << WORD_SITE_SHIFT);
}

ALWAYS_INLINE uint64_t end_key(uint32_t live_word, uintptr_t return_address) {
  return return_address * SITE_FACTOR + word_site(live_word) * 0x165667B19E3779F9ull;
}

/* The word of a live block when it is released from here. */
uint32_t end_of(uint32_t live_word, uintptr_t return_address);

/* The same, quickly where the pair has been before. */
ALWAYS_INLINE uint32_t end_fast(uint32_t live_word, uintptr_t return_address) {
  uint32_t pair;
  bool known = site_fast(end_key(live_word, return_address), &pair);
  return likely(known) ? end_word(live_word, word_site(pair)) : end_of(live_word, return_address);
}

/* A released block's word with the site of its birth; `*released_at` is 0 when the word does not tell. */
uint32_t end_born_word(uint32_t freed_word, uintptr_t *released_at);

/* Where a block was released; 0: not kept. Asks the kernel. */
uintptr_t end_released_at(const struct block *block);

/* A released block is about to be given to glibc once more: its key becomes what glibc knows. */
void end_restore_key(const struct block *block);

#endif
