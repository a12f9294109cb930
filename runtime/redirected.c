/* Wrappers of functions that are redirected at their entries, and the table of all functions. */
#include "arrangement.h"
#include "block_rules.h"
#include "careful.h"
#include "hook.h"
#include "intercept.h"
#include "preserve.h"
#include "worlds.h"

#define HERE {.return_address = RETURN_ADDRESS, .stack = STACK}
#define WITH_HOOK(...) (__VA_ARGS__, struct hook *hook)
#define COUNT_OF(...) COUNT_PICK(__VA_ARGS__, 4, 3, 2, 1)
#define COUNT_PICK(a, b, c, d, count, ...) count

#pragma GCC diagnostic ignored "-Wunused-parameter"

#ifdef CROSSFREE_TRACE
#include "trace/redirected.h"
#else
#define SPECIAL(name, shown, world, need, kind, count, family)

/* operator new and delete over malloc, the usual case. */
#define LAYERED_CXX (fast.c && c_is_glibc && !arranged)
#define LAYERED_C false
#define LAYERED_VENDOR false
#define LAYERED_EMBEDDED false

/* The c block that malloc has just handed out inside becomes the operator's. False: not such a block. */
static bool retagged(void *pointer, size_t size, uint32_t world, uint32_t word) {
  uint32_t *leaf = (uintptr_t)pointer < ADDRESS_LIMIT ? shadow_top[(uintptr_t)pointer >> REGION_SHIFT] : NULL;
  if (!leaf || !word || world == WORLD_C || !ledger_slot || !worlds[world].rests_on_c || ((uintptr_t)pointer & 15) || size >= SIZE_BIG) return false;
  uint32_t *cell = leaf + (((uintptr_t)pointer >> 4) & LEAF_MASK);
  uint32_t inner = word_world(cell[0]);
  bool is_c = inner == WORLD_C || worlds[inner].kind == WORLD_KIND_UNDETERMINED;
  bool plain = (cell[0] & (WORD_STATE | WORD_STACKED | WORD_PACKED | WORD_ON_C)) == STATE_LIVE;
  if (!is_c || !plain || cell[1] != (uint32_t)size << SIZE_SHIFT) return false;
  cell[0] = (word & ~WORD_WORLD_MASK) | WORD_ON_C | world << WORD_WORLD_SHIFT;
  ledger_slot->allocations[inner]--;
  ledger_slot->allocations[world]++;
  handed_out = pointer;
  return true;
}

/* Marks a block of the operator's own as on its way to free, which the original calls. False: look at it with care. */
static bool passing(void *pointer, uint64_t size, uint32_t world, uintptr_t return_address) {
  uint32_t mask = ALIGN_MASK | (size == SIZE_UNKNOWN ? 0 : ~0u << SIZE_SHIFT);
  if (size != SIZE_UNKNOWN && size >= SIZE_BIG) return false;
  uint32_t *cell = taken_fast(pointer, world, mask, mask & (uint32_t)size << SIZE_SHIFT, return_address);
  if (!cell || !(cell[0] & WORD_ON_C)) return false;
  cell[0] += STATE_PASSING - STATE_LIVE;
  passing_block = pointer;
  return true;
}

#define ALLOCATE(name, shown, world_, need, parameters, arguments, size, alignment, family)                     \
  static void *hooked_##name WITH_HOOK parameters {                                                            \
    struct call_place place = preserved_place((struct call_place)HERE);                                                                            \
    birth_begin();                                                                                             \
    void *result = ((void *(*)parameters)hook->original)arguments;                                             \
    if (LAYERED_##family && (alignment) == 0 &&                                                                \
        retagged(result, size, hook->world, site_fast(place.return_address, place.stack, FUNCTION_##name)))     \
      return result;                                                                                           \
    return born_slow(result, size, alignment, hook->world, FUNCTION_##name, &place);                           \
  }
#define RELEASE(name, shown, world_, need, parameters, arguments, pointer_, size_, alignment_, family)          \
  static void hooked_##name WITH_HOOK parameters {                                                             \
    struct call_place place = preserved_place((struct call_place)HERE);                                                                            \
    if (LAYERED_##family && (alignment_) == 0) {                                                               \
      void *passed_before = passing_block;                                                                     \
      if (passing(pointer_, size_, hook->world, place.return_address)) {                                       \
        ((void (*)parameters)hook->original)arguments;                                                         \
        passing_block = passed_before;                                                                         \
        return;                                                                                                \
      }                                                                                                        \
    }                                                                                                          \
    struct release release = {pointer_, size_, alignment_, hook->world, FUNCTION_##name, place, NULL};               \
    if (!release_slow(&release)) return;                                                                       \
    ((void (*)parameters)hook->original)arguments;                                                             \
    release_end(&release);                                                                                             \
  }
#define REALLOCATE(name, shown, world_, need, parameters, arguments, pointer_, size_, alignment_, family)       \
  static void *hooked_##name WITH_HOOK parameters {                                                            \
    struct call_place place = preserved_place((struct call_place)HERE);                                                                            \
    struct reallocation call = {.old = {pointer_, SIZE_UNKNOWN, 0, hook->world, FUNCTION_##name, place, NULL},       \
                                .new_size = size_, .new_alignment = alignment_};                               \
    void *result;                                                                                              \
    if (!reallocate_slow(&call, &result)) return result;                                                       \
    result = ((void *(*)parameters)hook->original)arguments;                                                   \
    reallocate_done(&call, result);                                                                            \
    return result;                                                                                             \
  }
#include "functions.def"
#undef ALLOCATE
#undef RELEASE
#undef REALLOCATE

static int hooked_posix_memalign(void **out, size_t alignment, size_t size, struct hook *hook) {
  struct call_place place = preserved_place((struct call_place)HERE);
  birth_begin();
  int error = ((int (*)(void **, size_t, size_t))hook->original)(out, alignment, size);
  if (error == 0) born_slow(*out, size, alignment, hook->world, FUNCTION_posix_memalign, &place);
  return error;
}

/* Rust's default allocator calls malloc for these alignments, and so may we. */
#define RUST_PLAIN(size, alignment) (fast.c && hook->plain && (alignment) <= 16 && (alignment) <= (size))

static COLD void *careful_rust_alloc(size_t size, size_t alignment, struct hook *hook, uintptr_t return_address,
                                     uintptr_t stack) {
  struct call_place place = {return_address, stack};
  birth_begin();
  void *result = ((void *(*)(size_t, size_t))hook->original)(size, alignment);
  return born_slow(result, size, alignment, hook->world, hook->function, &place);
}

static void *hooked___rust_alloc(size_t size, size_t alignment, struct hook *hook) {
  if (unlikely(!RUST_PLAIN(size, alignment))) return careful_rust_alloc(size, alignment, hook, RETURN_ADDRESS, STACK);
  void *result = malloc_fast(size);
  uint32_t word = site_fast(RETURN_ADDRESS, STACK, FUNCTION___rust_alloc);
  if (likely(born_fast(result, size, (unsigned)__builtin_ctzll(alignment | 32), word))) return result;
  return born_of_malloc(result, size, alignment, hook->world | FUNCTION___rust_alloc << 8, RETURN_ADDRESS, STACK);
}

static void *hooked___rust_alloc_zeroed(size_t size, size_t alignment, struct hook *hook) {
  if (unlikely(!RUST_PLAIN(size, alignment))) return careful_rust_alloc(size, alignment, hook, RETURN_ADDRESS, STACK);
  void *result = real_calloc(size, 1);
  uint32_t word = site_fast(RETURN_ADDRESS, STACK, FUNCTION___rust_alloc_zeroed);
  if (likely(born_fast(result, size, (unsigned)__builtin_ctzll(alignment | 32), word))) return result;
  return born_of_malloc(result, size, alignment, hook->world | FUNCTION___rust_alloc_zeroed << 8, RETURN_ADDRESS, STACK);
}

/* What word 1 holds for a block of this layout. */
#define LAYOUT_WORD(size, alignment) \
  ((uint32_t)(size) << SIZE_SHIFT | (uint32_t)__builtin_ctzll((alignment) | 1ull << 31) << ALIGN_SHIFT)

static COLD void careful_rust_dealloc(void *pointer, size_t size, size_t alignment, struct hook *hook,
                                      uintptr_t return_address, uintptr_t stack) {
  struct release release = {pointer, size, alignment, hook->world, FUNCTION___rust_dealloc, {return_address, stack}, NULL};
  if (!release_slow(&release)) return;
  ((void (*)(void *, size_t, size_t))hook->original)(pointer, release.size, release.alignment);
  release_end(&release);
}

static void hooked___rust_dealloc(void *pointer, size_t size, size_t alignment, struct hook *hook) {
  uint32_t *cell = likely(fast.c && hook->plain && size < SIZE_BIG)
                       ? taken_fast(pointer, hook->world, ~0u, LAYOUT_WORD(size, alignment), RETURN_ADDRESS)
                       : NULL;
  if (unlikely(!cell)) {
    careful_rust_dealloc(pointer, size, alignment, hook, RETURN_ADDRESS, STACK);
    return;
  }
  mark_freed_fast(cell, RETURN_ADDRESS);
  free_fast(pointer);
}

static COLD void *careful_rust_realloc(void *pointer, size_t old_size, size_t alignment, size_t new_size, struct hook *hook,
                                       const struct call_place *place) {
  struct reallocation call = {.old = {pointer, old_size, alignment, hook->world, FUNCTION___rust_realloc, *place, NULL},
                              .new_size = new_size, .new_alignment = alignment};
  void *result;
  if (!reallocate_slow(&call, &result)) return result;
  result = ((void *(*)(void *, size_t, size_t, size_t))hook->original)(pointer, call.old.size, call.old.alignment, new_size);
  reallocate_done(&call, result);
  return result;
}

static void *hooked___rust_realloc(void *pointer, size_t old_size, size_t alignment, size_t new_size, struct hook *hook) {
  void *result;
  if (likely(RUST_PLAIN(new_size, alignment) && old_size < SIZE_BIG) &&
      likely(reallocate_fast(pointer, new_size, (unsigned)__builtin_ctzll(alignment | 32), hook->world, ~0u,
                             LAYOUT_WORD(old_size, alignment), FUNCTION___rust_realloc, RETURN_ADDRESS, STACK, &result)))
    return result;
  struct call_place place = HERE;
  return careful_rust_realloc(pointer, old_size, alignment, new_size, hook, &place);
}

#endif

#define ENTRY(name, world, need, result, count, family) \
  [FUNCTION_##name] = {#name, FAMILY_##family, world, need, result, (void *)hooked_##name, count},
#define RESULT_allocate true
#define RESULT_reallocate true
#define RESULT_release false
#define ALLOCATE(name, shown, world, need, parameters, arguments, size, alignment, family) ENTRY(name, world, need, true, COUNT_OF arguments, family)
#define RELEASE(name, shown, world, need, parameters, arguments, pointer, size, alignment, family) ENTRY(name, world, need, false, COUNT_OF arguments, family)
#define REALLOCATE(name, shown, world, need, parameters, arguments, pointer, size, alignment, family) ENTRY(name, world, need, true, COUNT_OF arguments, family)
#undef SPECIAL
#define SPECIAL(name, shown, world, need, kind, count, family) ENTRY(name, world, need, RESULT_##kind, count, family)
const struct function functions[FUNCTION_COUNT] = {
#include "functions.def"
};
