#include "careful.h"

#include <errno.h>

#include "arrangement.h"
#include "block_rules.h"
#include "pairs.h"
#include "releases.h"

bool runtime_off;

COLD void *born_slow(void *pointer, uint64_t size, uint64_t alignment, uint32_t world, unsigned function,
                            const struct call_place *place) {
  if (runtime_off) return pointer;
  int error = errno;
  birth_end(pointer, size, alignment, world, function, place);
  errno = error;
  return pointer;
}

COLD void *born_of_malloc(void *pointer, uint64_t size, uint64_t alignment, uint32_t world_and_function,
                                 uintptr_t return_address, uintptr_t stack) {
  struct call_place place = {return_address, stack};
  uint32_t world = world_and_function & 0xff;
  birth_begin();
  if (world != WORLD_C) birth_rests_on_c(pointer);
  return born_slow(pointer, size, alignment, world, world_and_function >> 8, &place);
}

bool released_quickly(void *pointer, unsigned function, uintptr_t return_address) {
  uintptr_t address = (uintptr_t)pointer;
  if (!fast.c || arranged || address & 15 || address >= ADDRESS_LIMIT) return false;
  uint32_t *leaf = fast.layer.top[address >> REGION_SHIFT], *cell = leaf ? leaf_cell(leaf, address, &fast.layer) : NULL;
  uint32_t word = cell ? *cell : 0, upper = word & WORD_UPPER;
  if (word & WORD_STACKED || upper != upper_at(address, &fast.layer)) return false;
  uint64_t *count = NULL;
  uintptr_t from = return_address;
  if (passing.block == pointer) {
    if (word_state(word) != STATE_PASSING) return false;
    word += STATE_LIVE - STATE_PASSING;
    from = passing.return_address;
  } else {
    count = fast.suspects && word_state(word) == STATE_LIVE ? pair_recall(word - upper, return_address, function) : NULL;
    if (!count) return false;
  }
  uint32_t freed;
  if (!end_fast(word, 0, from, &freed) && !(freed = end_known(word, 0, 0, from))) return false;
  if (count) __atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
  *cell = freed;
  free_fast(pointer);
  return true;
}

bool reallocate_quickly(void *pointer, size_t size, unsigned alignment_log2, uint32_t world_and_function, struct stated stated,
                        uintptr_t return_address, uintptr_t stack, void **result) {
  uint32_t world = world_and_function & 0xff, function = world_and_function >> 8;
  uint32_t *cell = size && pointer ? taken_quickly(pointer, live_word_of(world), stated, return_address) : NULL;
  uint32_t word = cell ? *cell : 0;
  if (!cell || !mark_freed_quickly(cell, stated, return_address)) return false;
  void *moved = *result = real_realloc(pointer, size);
  if (!moved) *cell = word;
  else if (!born_quickly(moved, size, alignment_log2, function, return_address, stack))
    born_of_malloc(moved, size, world == WORLD_C ? 0 : 1ull << alignment_log2, world_and_function, return_address, stack);
  return true;
}

COLD bool release_slow(struct release *release) {
  if (runtime_off) return true;
  int error = errno;
  bool call = !(unlikely(releases_watched) && release_left_out(release)) && release_begin(release);
  errno = error;
  return call;
}

COLD bool reallocate_slow(struct reallocation *call, void **result) {
  if (runtime_off) return true;
  int error = errno;
  bool go = !(unlikely(releases_watched) && reallocation_left_out(call, result)) && reallocate_begin(call, result);
  errno = error;
  return go;
}

COLD void reallocate_done(struct reallocation *call, void *result) {
  if (runtime_off) return;
  int error = errno;
  reallocate_end(call, result);
  errno = error;
}
