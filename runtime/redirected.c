/* Wrappers of functions that are redirected at their entries, and the table of all functions. */
#include "arrangement.h"
#include "block_rules.h"
#include "careful.h"
#include "hook.h"
#include "intercept.h"
#include "preserve.h"
#include "worlds.h"

#include <string.h>

#define HERE {.return_address = RETURN_ADDRESS, .stack = STACK}
#define WITH_HOOK(...) (__VA_ARGS__, struct hook *hook)
#define COUNT_OF(...) COUNT_PICK(__VA_ARGS__, 5, 4, 3, 2, 1)
#define COUNT_PICK(a, b, c, d, e, count, ...) count

#pragma GCC diagnostic ignored "-Wunused-parameter"

#ifdef CROSSFREE_TRACE
#include "trace/redirected.h"
#else
#define SPECIAL(name, shown, world, need, kind, count, family)

/* operator new and delete over malloc, the usual case. */
#define LAYERED_CXX (fast.c == FAST && !arranged)
#define LAYERED_C false
#define LAYERED_VENDOR false
#define LAYERED_EMBEDDED false

/* What an allocator's malloc calls of its own other names is no birth and no release of anyone's. */
#define INSIDE_VENDOR inside_allocator
#define INSIDE_C false
#define INSIDE_CXX false
#define INSIDE_EMBEDDED false

/* The c block that malloc has just handed out inside becomes the operator's. False: not such a block. */
static bool retagged(void *pointer, size_t size, uint32_t world, unsigned function, const struct call_place *place) {
  uintptr_t address = (uintptr_t)pointer;
  uint32_t *leaf = address < ADDRESS_LIMIT ? fast.layer.top[address >> REGION_SHIFT] : NULL;
  if (!leaf || world == WORLD_C || !ledger_slot || !worlds[world].rests_on_c || address & 15 || size >= SIZE_BIG) return false;
  uint32_t *cell = leaf_cell(leaf, address, &fast.layer);
  uint32_t inner = word_world(*cell), upper = upper_at(address, &fast.layer), layout = (uint32_t)size << SIZE_SHIFT;
  bool is_c = inner == WORLD_C || worlds[inner].kind == WORLD_KIND_UNDETERMINED;
  bool plain = (*cell & (WORD_STATE | WORD_STACKED | WORD_ON_C | WORD_UPPER)) == (STATE_LIVE | upper);
  if (!is_c || !plain || *layout_place(cell, *cell) != layout) return false;
  uint32_t word;
  if (!site_fast(birth_key(place->return_address, place->stack, function, *cell & WORD_NARROW ? ~0ull : 0, layout), &word)) return false;
  *cell = (word & ~WORD_WORLD_MASK) | upper | WORD_ON_C | world << WORD_WORLD_SHIFT;
  ledger_slot->allocations[inner]--;
  ledger_slot->allocations[world]++;
  handed_out = no_pointer(pointer);
  return true;
}

/* Marks a block of the operator's own as on its way to free, which the original calls. False: look at it with care. */
static bool pass_on(void *pointer, uint64_t size, uint32_t world, uintptr_t return_address) {
  bool sized = size != SIZE_UNKNOWN;
  if (sized && size >= SIZE_BIG) return false;
  struct stated stated = {ALIGN_MASK | (sized ? ~0u << SIZE_SHIFT : 0), sized ? (uint32_t)size << SIZE_SHIFT : 0};
  uint32_t seen, *cell = takeable(GLIBC_LAYER, pointer, live_word_of(world), stated, NOT_SUSPECT, &seen);
  if (!cell || !(seen & WORD_ON_C) || !change_word(cell, seen, seen - STATE_LIVE + STATE_PASSING)) return false;
  if (passing.block != pointer) passing = (struct passing){pointer, return_address, false};
  passing.is_due = true;
  return true;
}

#define ALLOCATE(name, shown, world_, need, parameters, arguments, size, alignment, family)                     \
  static void *hooked_##name WITH_HOOK parameters {                                                            \
    struct call_place place = preserved_place((struct call_place)HERE);                                                                            \
    if (INSIDE_##family) return ((void *(*)parameters)hook->original)arguments;                                \
    birth_begin();                                                                                             \
    void *result = ((void *(*)parameters)hook->original)arguments;                                             \
    if (LAYERED_##family && (alignment) == 0 &&                                                                \
        retagged(result, size, hook->world, FUNCTION_##name, &place))                                          \
      return result;                                                                                           \
    return born_slow(result, size, alignment, hook->world, FUNCTION_##name, &place);                           \
  }
#define RELEASE(name, shown, world_, need, parameters, arguments, pointer_, size_, alignment_, family)          \
  static void hooked_##name WITH_HOOK parameters {                                                             \
    struct call_place place = preserved_place((struct call_place)HERE);                                                                            \
    if (INSIDE_##family) {                                                                                     \
      ((void (*)parameters)hook->original)arguments;                                                           \
      return;                                                                                                  \
    }                                                                                                          \
    if (LAYERED_##family && (alignment_) == 0) {                                                               \
      struct passing passed_before = passing;                                                                  \
      if (pass_on(pointer_, size_, hook->world, place.return_address)) {                                       \
        ((void (*)parameters)hook->original)arguments;                                                         \
        passing = passed_before;                                                                         \
        return;                                                                                                \
      }                                                                                                        \
    }                                                                                                          \
    struct release release = {pointer_, size_, alignment_, hook->world, FUNCTION_##name, place, {0}};               \
    if (!release_slow(&release)) return;                                                                       \
    ((void (*)parameters)hook->original)arguments;                                                             \
    release_end(&release);                                                                                             \
  }
#define REALLOCATE(name, shown, world_, need, parameters, arguments, pointer_, size_, alignment_, family)       \
  static void *hooked_##name WITH_HOOK parameters {                                                            \
    struct call_place place = preserved_place((struct call_place)HERE);                                                                            \
    if (INSIDE_##family) return ((void *(*)parameters)hook->original)arguments;                                \
    struct reallocation call = {.old = {pointer_, SIZE_UNKNOWN, 0, hook->world, FUNCTION_##name, place, {0}},       \
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
  if (inside_allocator) return ((int (*)(void **, size_t, size_t))hook->original)(out, alignment, size);
  birth_begin();
  int error = ((int (*)(void **, size_t, size_t))hook->original)(out, alignment, size);
  if (error == 0) born_slow(*out, size, alignment, hook->world, hook->function, &place);
  return error;
}

/* Rust's default allocator calls malloc then, and so may we. */
#define RUST_PLAIN(size, alignment) (fast.c && (alignment) - 1 < hook->plain_alignments && (alignment) <= (size))

/* A birth through a hook, at a function that is known or hook->function. */
#define RUST_BORN(size, alignment, function, return_address, stack) \
  ((struct born){size, (unsigned)__builtin_ctzll(alignment), hook->world, function, return_address, stack})

/* Rust always states the whole layout. */
#define RUST_STATED(size, alignment) \
  ((struct stated){~0ull, (uint64_t)(size) << SIZE_SHIFT | (uint32_t)__builtin_ctzll((alignment) | 1ull << 31) << ALIGN_SHIFT})

static COLD void *careful_rust_alloc(size_t size, size_t alignment, struct hook *hook, uintptr_t return_address,
                                     uintptr_t stack) {
  struct call_place place = {return_address, stack};
  birth_begin();
  void *result = ((void *(*)(size_t, size_t))hook->original)(size, alignment);
  return born_slow(result, size, alignment, hook->world, hook->function, &place);
}

/* Where the short path ends: no frame of its own, which every call would pay for. */
static NO_INLINE void *quick_rust_alloc(void *result, size_t size, size_t alignment, struct hook *hook,
                                        uintptr_t return_address, uintptr_t stack) {
  if (!result && !RUST_PLAIN(size, alignment)) return careful_rust_alloc(size, alignment, hook, return_address, stack);
  bool zeroed = hook->function == FUNCTION___rust_alloc_zeroed;
  if (!result) result = zeroed ? real_calloc(size, 1) : real_malloc(size);
  if (likely(born_quickly(result, RUST_BORN(size, alignment, hook->function, return_address, stack)))) return result;
  return born_of_malloc(result, size, alignment, hook->world | hook->function << 8, return_address, stack);
}

/* A block of malloc's own, zeroed or not. Reached by a jump with the arguments where they are: it returns to the caller,
 * and preserves one register. */
#define FAR_RUST_ALLOC(function, call)                                                                        \
  static NO_INLINE void *far_##function(size_t size, size_t alignment, struct hook *hook) {                   \
    uint64_t words = likely(fast.c == FAST) && likely(RUST_PLAIN(size, alignment))                            \
                         ? birth_words(NARROW_SPACED, RUST_BORN(size, alignment, FUNCTION_##function, RETURN_ADDRESS, STACK)) \
                         : 0;                                                                                 \
    if (unlikely(!words)) return quick_rust_alloc(NULL, size, alignment, hook, RETURN_ADDRESS, STACK);        \
    void *result = call;                                                                                      \
    if (likely(born_known(result, words, WORLD_C, false))) return result;                                     \
    return born_late(result, words, word_world((uint32_t)words) | FUNCTION_##function << 8, RETURN_ADDRESS, STACK); \
  }
FAR_RUST_ALLOC(__rust_alloc, real_malloc(size))
FAR_RUST_ALLOC(__rust_alloc_zeroed, real_calloc(size, 1))

static COLD void careful_rust_dealloc(void *pointer, size_t size, size_t alignment, struct hook *hook,
                                      uintptr_t return_address, uintptr_t stack) {
  struct release release = {pointer, size, alignment, hook->world, FUNCTION___rust_dealloc, {return_address, stack}, {0}};
  if (!release_slow(&release)) return;
  ((void (*)(void *, size_t, size_t))hook->original)(pointer, release.size, release.alignment);
  release_end(&release);
}

static NO_INLINE void quick_rust_dealloc(void *pointer, size_t size, size_t alignment, struct hook *hook,
                                         uintptr_t return_address, uintptr_t stack) {
  uint32_t *cell = fast.c ? taken_quickly(pointer, hook->live_word, RUST_STATED(size, alignment), NOT_SUSPECT) : NULL;
  if (cell) died(pointer, cell, return_address);
  else careful_rust_dealloc(pointer, size, alignment, hook, return_address, stack);
}

static COLD void *careful_rust_realloc(void *pointer, size_t old_size, size_t alignment, size_t new_size, struct hook *hook,
                                       uintptr_t return_address, uintptr_t stack) {
  struct reallocation call = {
      .old = {pointer, old_size, alignment, hook->world, FUNCTION___rust_realloc, {return_address, stack}, {0}},
      .new_size = new_size, .new_alignment = alignment};
  void *result;
  if (!reallocate_slow(&call, &result)) return result;
  result = ((void *(*)(void *, size_t, size_t, size_t))hook->original)(pointer, call.old.size, call.old.alignment, new_size);
  reallocate_done(&call, result);
  return result;
}

/* The thread cache has another form, or nothing for us. */
static NO_INLINE void *other___rust_alloc(size_t size, size_t alignment, struct hook *hook) {
  void *block = likely(alignment - 1 < hook->plain_alignments) ? take_cached_otherwise(size) : NULL;
  if (likely(block) && likely(born_cached(block, RUST_BORN(size, alignment, FUNCTION___rust_alloc, RETURN_ADDRESS, STACK))))
    return block;
  if (unlikely(block)) return quick_rust_alloc(block, size, alignment, hook, RETURN_ADDRESS, STACK);
  return far___rust_alloc(size, alignment, hook);
}

static NO_INLINE void other___rust_dealloc(void *pointer, size_t size, size_t alignment, struct hook *hook) {
  struct tcache *cache = tcache_otherwise();
  uint32_t *cell = likely(cache) ? taken_fast(pointer, hook->live_word, RUST_STATED(size, alignment)) : NULL;
  if (unlikely(!cell)) quick_rust_dealloc(pointer, size, alignment, hook, RETURN_ADDRESS, STACK);
  else if (unlikely(!died_cached_otherwise(cache, pointer, RETURN_ADDRESS))) died_far(pointer, cell, RETURN_ADDRESS);
}

/* For a block that is smaller than its alignment Rust's allocator calls posix_memalign, whose glibc then calls malloc. */
static void *hooked___rust_alloc(size_t size, size_t alignment, struct hook *hook) {
  void *block = likely(alignment - 1 < hook->plain_alignments) ? take_cached(size) : NULL;
  if (likely(block) && likely(born_cached(block, RUST_BORN(size, alignment, FUNCTION___rust_alloc, RETURN_ADDRESS, STACK))))
    return block;
  if (unlikely(block)) return quick_rust_alloc(block, size, alignment, hook, RETURN_ADDRESS, STACK);
  return other___rust_alloc(size, alignment, hook);
}

static void *hooked___rust_alloc_zeroed(size_t size, size_t alignment, struct hook *hook) {
  return far___rust_alloc_zeroed(size, alignment, hook);
}

static void hooked___rust_dealloc(void *pointer, size_t size, size_t alignment, struct hook *hook) {
  struct tcache *cache = tcache_here();
  uint32_t *cell = likely(cache) ? taken_fast(pointer, hook->live_word, RUST_STATED(size, alignment)) : NULL;
  if (unlikely(!cell)) other___rust_dealloc(pointer, size, alignment, hook);
  else if (unlikely(!died_cached(TCACHE_USUAL, cache, pointer, RETURN_ADDRESS))) died_far(pointer, cell, RETURN_ADDRESS);
}

/* Where the short path ends, reached by a jump. */
static NO_INLINE void *slow_rust_realloc(void *pointer, size_t old_size, size_t alignment, size_t new_size, struct hook *hook) {
  void *result;
  if (RUST_PLAIN(new_size, alignment) &&
      reallocate_quickly(pointer, RUST_STATED(old_size, alignment),
                         RUST_BORN(new_size, alignment, FUNCTION___rust_realloc, RETURN_ADDRESS, STACK), &result))
    return result;
  return careful_rust_realloc(pointer, old_size, alignment, new_size, hook, RETURN_ADDRESS, STACK);
}

static void *hooked___rust_realloc(void *pointer, size_t old_size, size_t alignment, size_t new_size, struct hook *hook) {
  void *result;
  struct born born = RUST_BORN(new_size, alignment, FUNCTION___rust_realloc, RETURN_ADDRESS, STACK);
  uint64_t words = likely(fast.c == FAST) && likely(RUST_PLAIN(new_size, alignment)) ? birth_words(NARROW_SPACED, born) : 0;
  if (likely(words) && likely(reallocate_fast(pointer, RUST_STATED(old_size, alignment), born, words, &result))) return result;
  return slow_rust_realloc(pointer, old_size, alignment, new_size, hook);
}

#endif

#define hooked_mi_posix_memalign hooked_posix_memalign
#define hooked_tc_posix_memalign hooked_posix_memalign
#define hooked_je_posix_memalign hooked_posix_memalign
#define hooked_rpposix_memalign hooked_posix_memalign
#define hooked_scalable_posix_memalign hooked_posix_memalign

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
