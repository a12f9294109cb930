/* Releases that only the debug info of a call site can judge: written as pairs of birth and death. */
#ifndef CROSSFREE_PAIRS_H
#define CROSSFREE_PAIRS_H

#include "common.h"
#include "shadow.h"

/* Writes the pair, or counts it. Gives its counter; NULL: there is none. */
uint64_t *pair_write(const struct block *block, uint32_t release_world, unsigned function, const struct call_place *place);

/* Blocks with this word 0 are released here as a pair and without more ado: the next ones take the short path. */
void pair_remember(uint32_t word, uintptr_t return_address, unsigned function, uint64_t *count);

/* The counter of such a pair, or NULL. */
uint64_t *pair_recall(uint32_t word, uintptr_t return_address, unsigned function);

/* A module is gone: return addresses may be another's now. */
void pairs_forget(void);

#endif
