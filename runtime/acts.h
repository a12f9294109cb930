/* What the ledger says once and counts from then on. */
#ifndef CROSSFREE_ACTS_H
#define CROSSFREE_ACTS_H

#include "common.h"
#include "shadow.h"

/* Where the count of an act that was written before lies in the ledger. */
struct act {
  uint64_t key;
  uint64_t *count;
  uint32_t stack; /* of the release */
};

ALWAYS_INLINE uint64_t mix(uint64_t hash, uint64_t value) { return (hash ^ value) * 0x9E3779B97F4A7C15ull; }

/* The act of this key; `*fresh` when it has to be written first. NULL: no room. */
struct act *act_of(uint64_t key, bool *fresh);

/* Counts it once more. False: its record is not written yet. */
bool act_again(struct act *act);

void act_is_written(struct act *act, uint64_t *count);

/* The recorded stack of a block's birth; 0: none. */
uint32_t stack_of_birth(const struct block *block);

#endif
