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
  if (!fast.c || arranged || ((uintptr_t)pointer & 15) || (uintptr_t)pointer >= ADDRESS_LIMIT) return false;
  uint32_t *cell = shadow_cell((uintptr_t)pointer);
  uint32_t word = cell ? *cell : 0;
  if (word & (WORD_STACKED | WORD_PACKED)) return false;
  if (passing_block == pointer) {
    if (word_state(word) != STATE_PASSING) return false;
    *cell = word - STATE_PASSING + STATE_LIVE; /* as mark_freed_fast expects it */
  } else {
    uint64_t *count = fast.suspects && word_state(word) == STATE_LIVE ? pair_recall(word, return_address, function) : NULL;
    if (!count) return false;
    __atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
  }
  mark_freed_fast(cell, return_address);
  free_fast(pointer);
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
