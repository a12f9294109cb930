/* How blocks end: an id for each pair of a site and the return address of a release, which stands in the released
 * block's word. A block that glibc's thread cache took keeps its word, and the return address itself (tcache.h). */
#ifndef CROSSFREE_ENDS_H
#define CROSSFREE_ENDS_H

#include "shadow.h"
#include "site_table.h"

/* `pair`: its id, where a word has the site. */
ALWAYS_INLINE uint32_t end_word(uint32_t taken_word, uint32_t pair) { return (taken_word & ~WORD_SITE_MASK) | pair; }

ALWAYS_INLINE uint64_t end_key(uint32_t word, uintptr_t return_address) {
  return (return_address + ((uint64_t)(word & WORD_SITE_MASK) << 32)) * SITE_FACTOR;
}

/* The word of a block that is released from here, if that is quickly found. `taken_word`: its own, with STATE_FREED and
 * still the site of its birth. */
ALWAYS_INLINE bool end_fast(uint32_t taken_word, uintptr_t return_address, uint32_t *word) {
  uint32_t pair;
  if (unlikely(!site_fast(end_key(taken_word, return_address), &pair))) return false;
  *word = end_word(taken_word, pair);
  return true;
}

/* The same by a longer look. */
uint32_t end_of(uint32_t taken_word, uintptr_t return_address);

/* A released block's word with the site of its birth; `*released_at` is 0 when the word does not tell. */
uint32_t end_born_word(uint32_t freed_word, uintptr_t *released_at);

/* Where a block was released; 0: not kept. May have to ask whether its memory is still there. */
uintptr_t end_released_at(const struct block *block);

/* A released block is about to be given to glibc once more: its key becomes what glibc knows. */
void end_restore_key(const struct block *block);

#endif
