/* Words by key, found with one probe: those of births (sites.h) and the ids of pairs (ends.h). Only grows, without a
 * lock; what a thread misses while another one makes room it makes once more. */
#ifndef CROSSFREE_SITE_TABLE_H
#define CROSSFREE_SITE_TABLE_H

#include "common.h"

struct site_entry {
  uint64_t key;
  uint32_t word;     /* never 0 */
  uint32_t low;      /* of the return address: the site goes when its module goes */
};

/* Where a key is looked for: `key >> shift`. Read the shift first: the entries are never fewer than it says. */
struct site_lookup {
  struct site_entry *entries;
  unsigned shift;
};

extern struct site_lookup site_lookup HIDDEN;

/* Keys are mixed: their highest bits are the place in the table. */
#define SITE_FACTOR 0x9E3779B97F4A7C15ull

void site_table_start(void);

/* Whether another key finds a place. */
bool site_table_has_room(void);

/* Keeps the word of a key; `low` half of the return address that it is about. */
void site_remember(uint64_t key, uint32_t low, uint32_t word);

/* Keys about return addresses between these are not found any more. */
void site_table_forget(uintptr_t start, uintptr_t end);

/* The word of a key, looked for farther than the short path does; 0: not there. */
uint32_t site_known(uint64_t key);

/* The word of a key. False: it is not where it is looked for first. */
ALWAYS_INLINE bool site_fast(uint64_t key, uint32_t *word) {
  unsigned shift = __atomic_load_n(&site_lookup.shift, __ATOMIC_ACQUIRE);
  const struct site_entry *site = site_lookup.entries + (key >> shift);
  if (unlikely(site->key != key)) site++;
  if (unlikely(site->key != key)) return false;
  *word = __atomic_load_n(&site->word, __ATOMIC_RELAXED);
  return true;
}

#endif
