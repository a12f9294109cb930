#include "careful.h"

#include <errno.h>

#include "arrangement.h"
#include "block_rules.h"
#include "fastbins.h"
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

COLD void *born_late(void *pointer, uint64_t words, uint32_t world_and_function, uintptr_t return_address, uintptr_t stack) {
  if (born_known(pointer, words, world_and_function & 0xff, true)) return pointer;
  uint64_t size = words >> (32 + SIZE_SHIFT), alignment = 1ull << ((words >> 32 & ALIGN_MASK) >> ALIGN_SHIFT);
  bool is_rust = worlds[world_and_function & 0xff].kind == WORLD_KIND_RUST;
  return born_of_malloc(pointer, size, is_rust ? alignment : 0, world_and_function, return_address, stack);
}

static COLD void died_new(void *pointer, uint32_t *cell, uintptr_t return_address) {
  *cell = end_of(*cell, return_address);
  real_free(pointer);
}

/* Both ways out are tail calls: it needs no frame. */
NO_INLINE void died_far(void *pointer, uint32_t *cell, uintptr_t return_address) {
  if (unlikely(!end_fast(*cell, return_address, cell))) died_new(pointer, cell, return_address);
  else if (unlikely(!fastbin_give(pointer))) fastbin_free(pointer);
}

bool released_quickly(void *pointer, unsigned function, uintptr_t return_address) {
  uintptr_t address = (uintptr_t)pointer;
  if (!fast.c || arranged || address & 15 || address >= ADDRESS_LIMIT) return false;
  uint32_t *leaf = fast.layer.top[address >> REGION_SHIFT], *cell = leaf ? leaf_cell(leaf, address, &fast.layer) : NULL;
  uint32_t word = cell ? __atomic_load_n(cell, __ATOMIC_RELAXED) : 0, upper = word & WORD_UPPER;
  if (word & WORD_STACKED || upper != upper_at(address, &fast.layer)) return false;
  uintptr_t from = return_address;
  if (passing.block == pointer) {
    if (word_state(word) != STATE_PASSING || !change_word(cell, word, word - STATE_PASSING + STATE_FREED)) return false;
    passing.is_due = false;
    from = passing.return_address;
  } else {
    uint64_t *count = fast.suspects && word_state(word) == STATE_LIVE ? pair_recall(word - upper, return_address, function) : NULL;
    if (!count || !change_word(cell, word, word - STATE_LIVE + STATE_FREED)) return false;
    __atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
  }
  died(pointer, cell, from);
  return true;
}

bool reallocate_quickly(void *pointer, struct stated stated, struct born born, void **result) {
  uint32_t *cell = born.size && pointer ? taken_quickly(pointer, live_word_of(born.world), stated, born.return_address) : NULL;
  if (!cell) return false;
  uint32_t word = *cell;
  if (!end_fast(word, born.return_address, cell)) *cell = end_of(word, born.return_address);
  void *moved = *result = real_realloc(pointer, born.size);
  if (!moved) *cell = word - STATE_FREED + STATE_LIVE;
  else if (!born_quickly(moved, born))
    born_of_malloc(moved, born.size, born.world == WORLD_C ? 0 : 1ull << born.alignment_log2, born.world | born.function << 8,
                   born.return_address, born.stack);
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
