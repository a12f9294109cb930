/* Ids of stacks and pairs that were known before their code was unloaded. Code that comes back to its place would need new
 * ones each time, without end. */
#ifndef CROSSFREE_AGAIN_H
#define CROSSFREE_AGAIN_H

#include "common.h"

/* Of a stack: the same only in the same modules. */
uint64_t again_key_of_stack(const uint64_t *frames, size_t count, unsigned function);
uint64_t again_key(uint64_t one, uint64_t other);

/* 0: not known, or nothing was unloaded yet. */
uint32_t known_again(uint64_t key);
void remember_again(uint64_t key, uint32_t id);

#endif
