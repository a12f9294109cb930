/* What the wrappers call when the short path does not serve: errno stays as the real call left it. */
#ifndef CROSSFREE_CAREFUL_H
#define CROSSFREE_CAREFUL_H

#ifndef __OPTIMIZE__
#error "the short paths take a call in a return for a jump: compile with -O2"
#endif

#include "ends.h"
#include "fast.h"
#include "ownership.h"

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

/* The same where born_known was not enough. */
void *born_late(void *pointer, uint64_t words, uint32_t world_and_function, uintptr_t return_address, uintptr_t stack);

/* A release of malloc's own that needs no judgement although its block is not plainly c's: one inside operator
 * delete, or a pair that is known. False: nothing was done. */
bool released_quickly(void *pointer, unsigned function, uintptr_t return_address);

bool release_slow(struct release *release);
bool reallocate_slow(struct reallocation *call, void **result);
void reallocate_done(struct reallocation *call, void *result);

extern void *(*real_calloc)(size_t, size_t) HIDDEN;
extern void *(*real_realloc)(void *, size_t) HIDDEN;

/* Gives a block that is taken to malloc's own free, with where it was released in its word. */
void died_far(void *pointer, uint32_t *cell, uintptr_t return_address);

/* Gives it where it belongs. */
ALWAYS_INLINE void died(void *pointer, uint32_t *cell, uintptr_t return_address) {
  struct tcache *cache = tcache_here();
  if (cache && died_cached(TCACHE_USUAL, cache, pointer, return_address)) return;
  if (!cache && (cache = tcache_otherwise()) && died_cached_otherwise(cache, pointer, return_address)) return;
  died_far(pointer, cell, return_address);
}

/* Where malloc is glibc's: the birth's words were found before, and are not 0. False: not such a block. */
ALWAYS_INLINE bool reallocate_fast(void *pointer, struct stated stated, struct born born, uint64_t words, void **result) {
  uint32_t seen, word, *cell = likely(born.size) ? takeable(GLIBC_LAYER, pointer, live_word_of(born.world), stated,
                                                            born.return_address, &seen) : NULL;
  if (unlikely(!cell) || unlikely(!end_fast(seen - STATE_LIVE + STATE_FREED, born.return_address, &word))) return false;
  /* Now: another thread may be given the block while we are inside. */
  if (unlikely(!change_word(cell, seen, word))) return false;
  void *moved = *result = real_realloc(pointer, born.size);
  if (unlikely(!moved)) *cell = seen; /* it failed and left the block alone */
  else if (unlikely(!born_known(moved, words, WORLD_C, false)))
    born_late(moved, words, (__builtin_constant_p(born.world) ? born.world : word_world((uint32_t)words)) | born.function << 8,
              born.return_address, born.stack);
  return true;
}

/* The same by any realloc that we know, of a block or at a place that takes a longer look. */
bool reallocate_quickly(void *pointer, struct stated stated, struct born born, void **result);

#endif
