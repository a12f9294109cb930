/* What the wrappers call when the short path does not serve: errno stays as the real call left it. */
#ifndef CROSSFREE_CAREFUL_H
#define CROSSFREE_CAREFUL_H

#include "fast.h"
#include "ownership.h"
#include "tcache.h"

/* A call's return address and the caller's stack, in registers: a struct would cost the short paths stores. */
#define RETURN_ADDRESS ((uintptr_t)__builtin_return_address(0))
#define STACK ((uintptr_t)__builtin_dwarf_cfa())

#define UNPAREN(...) __VA_ARGS__

/* Another instrument runs this process: calls pass straight through. */
extern bool runtime_off HIDDEN;

void *born_slow(void *pointer, uint64_t size, uint64_t alignment, uint32_t world, unsigned function,
                const struct call_place *place);

/* After a short path took the block straight from malloc. `world_and_function`: world | function << 8. */
void *born_of_malloc(void *pointer, uint64_t size, uint64_t alignment, uint32_t world_and_function,
                     uintptr_t return_address, uintptr_t stack);

/* A release of malloc's own that needs no judgement although its block is not plainly c's: one inside operator
 * delete, or a pair that is known. False: nothing was done. */
bool released_quickly(void *pointer, unsigned function, uintptr_t return_address);

bool release_slow(struct release *release);
bool reallocate_slow(struct reallocation *call, void **result);
void reallocate_done(struct reallocation *call, void *result);

extern void *(*real_calloc)(size_t, size_t) HIDDEN;
extern void *(*real_realloc)(void *, size_t) HIDDEN;

/* What real_free does, without a call where glibc's thread cache serves. */
ALWAYS_INLINE void free_fast(void *pointer) {
  if (unlikely(!tcache_give(pointer))) real_free(pointer);
}

/* A reallocation by malloc's own realloc. False: not such a block. */
bool reallocate_quickly(void *pointer, size_t size, unsigned alignment_log2, uint32_t world_and_function, struct stated stated,
                        uintptr_t return_address, uintptr_t stack, void **result);

/* The same where malloc is glibc's, on the short path. */
ALWAYS_INLINE bool reallocate_fast(void *pointer, size_t size, unsigned alignment_log2, uint32_t world, unsigned function,
                                   struct stated stated, uintptr_t return_address, uintptr_t stack, void **result) {
  uint32_t *cell = size && pointer ? taken_fast(pointer, live_word_of(world), stated, return_address) : NULL;
  uint32_t word = cell ? *cell : 0;
  if (unlikely(!cell || !mark_freed_fast(cell, stated, return_address)))
    return reallocate_quickly(pointer, size, alignment_log2, world | function << 8, stated, return_address, stack, result);
  void *moved = *result = real_realloc(pointer, size);
  if (unlikely(!moved)) *cell = word; /* it failed and left the block alone */
  else if (unlikely(!born_in(GLIBC_LAYER, NARROW_SPACED, moved, size, alignment_log2, function, return_address, stack, false)))
    born_of_malloc(moved, size, world == WORLD_C ? 0 : 1ull << alignment_log2, world | function << 8, return_address, stack);
  return true;
}

#endif
