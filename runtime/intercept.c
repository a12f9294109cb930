#include "intercept.h"

#include <errno.h>
#include <string.h>

#include "block_rules.h"
#include "careful.h"
#include "fast.h"
#include "findings.h"
#include "hook.h"
#include "ledger.h"
#include "modules.h"
#include "ownership.h"
#include "provider.h"
#include "worlds.h"

/* ---- the real functions ---- */

static void find_real(const char *name, void **real);

#define REAL(type, name, parameters, arguments)               \
  static type resolve_##name parameters;                      \
  static type(*next_##name) parameters = resolve_##name;      \
  static AT_START type resolve_##name parameters {           \
    find_real(#name, (void **)&next_##name);                  \
    return next_##name arguments;                             \
  }

#define ALLOCATE(name, shown, world, need, parameters, arguments, size, alignment, family) REAL(void *, name, parameters, arguments)
#define RELEASE(name, shown, world, need, parameters, arguments, pointer, size, alignment, family) REAL(void, name, parameters, arguments)
#define REALLOCATE(name, shown, world, need, parameters, arguments, pointer, size, alignment, family) REAL(void *, name, parameters, arguments)
#define SPECIAL(name, shown, world, need, kind, count, family)
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include "functions.def"
#undef ALLOCATE
#undef RELEASE
#undef REALLOCATE
REAL(int, posix_memalign, (void **out, size_t alignment, size_t size), (out, alignment, size))

THREAD_LOCAL bool inside_allocator;

/* The same functions, for an allocator that calls its own other names inside: by a jump it may well leave by. Not of
 * operator new: it may throw, and then nobody would come out. */
#define UNDER(type, name, parameters, call)   \
  static type(*under_##name) parameters;      \
  static type inside_##name parameters {      \
    const bool before = inside_allocator;     \
    inside_allocator = true;                  \
    call;                                     \
    inside_allocator = before;                \
  }
#define UNDER_RESULT(type, name, parameters, arguments) \
  static type(*under_##name) parameters;                \
  static type inside_##name parameters {                \
    const bool before = inside_allocator;               \
    inside_allocator = true;                            \
    type result = under_##name arguments;               \
    inside_allocator = before;                          \
    return result;                                      \
  }
#define UNDER_NEW(type, name, parameters, arguments) \
  static type(*under_##name) parameters;             \
  static type inside_##name parameters { return under_##name arguments; }
#define UNDER_NOTHING(...)
#define ALLOCATE(name, shown, world, need, parameters, arguments, size, alignment, family) ALLOCATES_##family(void *, name, parameters, arguments)
#define ALLOCATES_C UNDER_RESULT
#define ALLOCATES_CXX UNDER_NEW
#define ALLOCATES_VENDOR UNDER_NOTHING
#define ALLOCATES_EMBEDDED UNDER_NOTHING
#define RELEASE(name, shown, world, need, parameters, arguments, pointer, size, alignment, family) RELEASES_##family(void, name, parameters, under_##name arguments)
#define RELEASES_C UNDER
#define RELEASES_CXX UNDER
#define RELEASES_VENDOR UNDER_NOTHING
#define RELEASES_EMBEDDED UNDER_NOTHING
#define REALLOCATE(name, shown, world, need, parameters, arguments, pointer, size, alignment, family) ALLOCATES_##family(void *, name, parameters, arguments)
#include "functions.def"
#undef ALLOCATE
#undef RELEASE
#undef REALLOCATE
UNDER_RESULT(int, posix_memalign, (void **out, size_t alignment, size_t size), (out, alignment, size))

void *(*real_malloc)(size_t) = resolve_malloc;
void (*real_free)(void *) = resolve_free;
void *(*real_calloc)(size_t, size_t) = resolve_calloc;
void *(*real_realloc)(void *, size_t) = resolve_realloc;

/* Which paths the families take. */
#define FAST_C (fast.c == FAST)
#define QUICK_C (fast.c != CAREFUL)
#define FAST_CXX (fast.cxx == FAST)
#define QUICK_CXX (fast.cxx != CAREFUL)
#define FAST_VENDOR false
#define QUICK_VENDOR false
#define FAST_EMBEDDED false
#define QUICK_EMBEDDED false

/* Whether glibc's thread cache serves, if there is one: only where fast.c is FAST is there one for us. */
#define CACHED_C true
#define CACHED_CXX likely(FAST_CXX)
#define CACHED_VENDOR false
#define CACHED_EMBEDDED false

/* glibc's other functions of the family do not take from it. */
#define TAKES_CACHED(name, family) ((FUNCTION_family_##family != FAMILY_C || FUNCTION_##name == FUNCTION_malloc) && CACHED_##family)

/* What the families' short paths call instead of the real function. */
#define FAST_ALLOCATE_C(name, arguments, size) (FUNCTION_##name == FUNCTION_malloc ? real_malloc(size) : next_##name arguments)
#define FAST_ALLOCATE_CXX(name, arguments, size) real_malloc((size) ? (size) : 1)
#define FAST_ALLOCATE_VENDOR FAST_ALLOCATE_C
#define FAST_ALLOCATE_EMBEDDED FAST_ALLOCATE_C

#define EXPORT_C EXPORT
#define EXPORT_CXX EXPORT
#define EXPORT_VENDOR static __attribute__((unused))
#define EXPORT_EMBEDDED EXPORT_VENDOR
#define BY_SYMBOL_VENDOR(name) unused_##name
#define BY_SYMBOL_EMBEDDED(name) unused_##name
#define BY_SYMBOL_C(name) name
#define BY_SYMBOL_CXX(name) name

/* ---- wrappers of calls by symbol ---- */

#ifdef CROSSFREE_TRACE
#include "trace/wrappers.h"
#else

#define ALLOCATE(name, shown, world, need, parameters, arguments, size, alignment, family)                    \
  static COLD void *careful_##name(uintptr_t return_address, uintptr_t stack, UNPAREN parameters) {           \
    struct call_place place = {return_address, stack};                                                        \
    birth_begin();                                                                                            \
    return born_slow(next_##name arguments, size, alignment, world, FUNCTION_##name, &place);                 \
  }                                                                                                           \
  /* Where the short path ends: it needs no frame of its own then, which every call would pay for. */         \
  static NO_INLINE void *quick_##name(void *result, uintptr_t return_address, uintptr_t stack, UNPAREN parameters) { \
    if (!result) result = FAST_ALLOCATE_##family(name, arguments, size);                                      \
    if (likely(born_quickly(result, (struct born){size, 0, world, FUNCTION_##name, return_address, stack}))) return result; \
    if (result || FUNCTION_family_##family == FAMILY_C)                                                       \
      return born_of_malloc(result, size, 0, (world) | FUNCTION_##name << 8, return_address, stack);          \
    return careful_##name(return_address, stack, UNPAREN arguments);                                          \
  }                                                                                                           \
  /* Reached by a jump with the arguments where they are: it returns to the caller, and preserves one register. */    \
  static NO_INLINE void *far_##name parameters {                                                              \
    uint64_t words = likely(FAST_##family) ? birth_words(NARROW_SPACED, BORN(name, size, world)) : 0;         \
    if (unlikely(!words)) {                                                                                   \
      if (QUICK_##family) return quick_##name(NULL, RETURN_ADDRESS, STACK, UNPAREN arguments);                \
      return careful_##name(RETURN_ADDRESS, STACK, UNPAREN arguments);                                        \
    }                                                                                                         \
    void *result = FAST_ALLOCATE_##family(name, arguments, size);                                             \
    if (likely(born_known(result, words, world, false))) return result;                                       \
    /* The real operator new knows what to do without memory. */                                              \
    if (!result && FUNCTION_family_##family != FAMILY_C) return careful_##name(RETURN_ADDRESS, STACK, UNPAREN arguments); \
    return born_late(result, words, (world) | FUNCTION_##name << 8, RETURN_ADDRESS, STACK);                   \
  }                                                                                                           \
  /* Reached by a jump, too: the thread cache has another form, or nothing for us. */                         \
  static NO_INLINE void *other_##name parameters {                                                            \
    void *block = take_cached_otherwise(size);                                                                \
    if (likely(block) && likely(born_cached(block, BORN(name, size, world)))) return block;                   \
    if (unlikely(block)) return quick_##name(block, RETURN_ADDRESS, STACK, UNPAREN arguments);                \
    return far_##name arguments;                                                                              \
  }                                                                                                           \
  EXPORT_##family void *BY_SYMBOL_##family(name) parameters {                                                 \
    const bool plain = __builtin_constant_p(alignment) && (alignment) == 0;                                   \
    void *block = plain && TAKES_CACHED(name, family) ? take_cached(size) : NULL;                                  \
    if (likely(block) && likely(born_cached(block, BORN(name, size, world)))) return block;                   \
    if (unlikely(block)) return quick_##name(block, RETURN_ADDRESS, STACK, UNPAREN arguments);                \
    if (!plain) return careful_##name(RETURN_ADDRESS, STACK, UNPAREN arguments);                              \
    return TAKES_CACHED(name, family) ? other_##name arguments : far_##name arguments;                        \
  }

#define BORN(name, size, world) ((struct born){size, 0, world, FUNCTION_##name, RETURN_ADDRESS, STACK})

#define FUNCTION_family_C FAMILY_C
#define FUNCTION_family_CXX FAMILY_CXX
#define FUNCTION_family_VENDOR FAMILY_VENDOR
#define FUNCTION_family_EMBEDDED FAMILY_EMBEDDED

#define SIZE_IS_KNOWN(size) (!__builtin_constant_p(size) || (uint64_t)(size) != SIZE_UNKNOWN)

#define SIZE_MASK(size) (SIZE_IS_KNOWN(size) ? ~0ull << SIZE_SHIFT : 0)
#define SIZE_WORD(size) (SIZE_IS_KNOWN(size) ? (uint64_t)(size) << SIZE_SHIFT : 0)
#define ALIGN_WORD(alignment) ((uint32_t)__builtin_ctzll((alignment) | 1ull << 63) << ALIGN_SHIFT)

#define STATED(world, size, alignment)                                                                          \
  ((world) == WORLD_C ? (struct stated){0, 0}                                                                   \
                      : (struct stated){SIZE_MASK(size) | ALIGN_MASK, SIZE_WORD(size) | ((alignment) ? ALIGN_WORD(alignment) : 0)})

/* operator delete states, by which overload it is, that the block is not over-aligned. */
#define RELEASE(name, shown, world_, need, parameters, arguments, pointer_, size_, alignment_, family)        \
  static COLD void careful_##name(uintptr_t return_address, uintptr_t stack, UNPAREN parameters) {            \
    struct release release = {pointer_, size_, alignment_, world_, FUNCTION_##name, {return_address, stack}, {0}}; \
    if (!release_slow(&release)) return;                                                                      \
    next_##name arguments;                                                                                    \
    release_end(&release);                                                                                    \
  }                                                                                                           \
  static NO_INLINE void quick_##name(uintptr_t return_address, uintptr_t stack, UNPAREN parameters) {         \
    struct stated stated = STATED(world_, size_, alignment_);                                                 \
    uint32_t *cell = QUICK_##family ? taken_quickly(pointer_, live_word_of(world_), stated, return_address) : NULL; \
    if (cell) died(pointer_, cell, return_address);                                                           \
    else if (!((world_) == WORLD_C && released_quickly(pointer_, FUNCTION_##name, return_address)))           \
      careful_##name(return_address, stack, UNPAREN arguments);                                               \
  }                                                                                                           \
  static NO_INLINE void other_##name parameters {                                                             \
    struct stated stated = STATED(world_, size_, alignment_);                                                 \
    struct tcache *cache = CACHED_##family ? tcache_otherwise() : NULL;                                       \
    uint32_t live_word = (world_) == WORLD_C ? fast.c_word : live_word_of(world_);                            \
    uint32_t *cell = likely(cache) ? taken_fast(pointer_, live_word, stated) : NULL;                          \
    if (unlikely(!cell)) quick_##name(RETURN_ADDRESS, STACK, UNPAREN arguments);                              \
    else if (unlikely(!died_cached_otherwise(cache, pointer_, RETURN_ADDRESS)))                \
      died_far(pointer_, cell, RETURN_ADDRESS);                                                               \
  }                                                                                                           \
  EXPORT_##family void BY_SYMBOL_##family(name) parameters {                                                  \
    if (unlikely(!pointer_)) return;                                                                          \
    struct stated stated = STATED(world_, size_, alignment_);                                                 \
    struct tcache *cache = CACHED_##family ? tcache_here() : NULL;                                            \
    uint32_t live_word = (world_) == WORLD_C ? fast.c_word : live_word_of(world_);                            \
    uint32_t *cell = likely(cache) ? taken_fast(pointer_, live_word, stated) : NULL;                          \
    if (unlikely(!cell)) other_##name arguments;                                                              \
    else if (unlikely(!died_cached(TCACHE_USUAL, cache, pointer_, RETURN_ADDRESS)))                     \
      died_far(pointer_, cell, RETURN_ADDRESS);                                                               \
  }

static void *realloc_of_nothing(void *nothing, size_t size);

#define REALLOCATE(name, shown, world_, need, parameters, arguments, pointer_, size_, alignment_, family)     \
  static COLD void *careful_##name(uintptr_t return_address, uintptr_t stack, UNPAREN parameters) {           \
    struct reallocation call = {                                                                              \
        .old = {pointer_, SIZE_UNKNOWN, 0, world_, FUNCTION_##name, {return_address, stack}, {0}},           \
        .new_size = size_, .new_alignment = alignment_};                                                      \
    void *result;                                                                                             \
    if (!reallocate_slow(&call, &result)) return result;                                                      \
    result = next_##name arguments;                                                                           \
    reallocate_done(&call, result);                                                                           \
    return result;                                                                                            \
  }                                                                                                           \
  /* Where the short path ends, reached by a jump. */                                                         \
  static NO_INLINE void *slow_##name parameters {                                                             \
    void *result;                                                                                             \
    if (FUNCTION_##name == FUNCTION_realloc && QUICK_##family &&                                              \
        reallocate_quickly(pointer_, (struct stated){0, 0}, BORN(name, size_, world_), &result))              \
      return result;                                                                                          \
    return careful_##name(RETURN_ADDRESS, STACK, UNPAREN arguments);                                          \
  }                                                                                                           \
  EXPORT_##family void *BY_SYMBOL_##family(name) parameters {                                                 \
    void *result;                                                                                             \
    if (FUNCTION_##name != FUNCTION_realloc || unlikely(!FAST_##family)) return slow_##name arguments;        \
    if (unlikely(!pointer_)) return realloc_of_nothing(pointer_, size_);                                      \
    uint64_t words = birth_words(NARROW_SPACED, BORN(name, size_, world_));                                   \
    if (likely(words) &&                                                                                      \
        likely(reallocate_fast(pointer_, (struct stated){0, 0}, BORN(name, size_, world_), words, &result)))  \
      return result;                                                                                          \
    return slow_##name arguments;                                                                             \
  }

#include "functions.def"
#undef ALLOCATE
#undef RELEASE
#undef REALLOCATE

/* Malloc under another name: how many a buffer begins. reallocarray calls it inside and must know the block again. */
static NO_INLINE void *realloc_of_nothing(void *nothing, size_t size) {
  uint64_t words = birth_words(NARROW_SPACED, BORN(realloc, size, WORLD_C));
  if (unlikely(!words)) return careful_realloc(RETURN_ADDRESS, STACK, nothing, size);
  void *result = real_malloc(size);
  handed_out = no_pointer(result);
  if (likely(born_known(result, words, WORLD_C, false))) return result;
  return born_late(result, words, WORLD_C | FUNCTION_realloc << 8, RETURN_ADDRESS, STACK);
}

EXPORT int posix_memalign(void **out, size_t alignment, size_t size) {
  struct call_place place = {RETURN_ADDRESS, STACK};
  birth_begin();
  int error = next_posix_memalign(out, alignment, size);
  if (error == 0) born_slow(*out, size, alignment, WORLD_C, FUNCTION_posix_memalign, &place);
  return error;
}

#endif

/* ---- finding the real ones ---- */

static bool real_kept;
void intercept_keep_real(void) { real_kept = true; }

static void take_next(void) {
  if (real_kept) return;
  real_malloc = next_malloc;
  real_free = next_free;
  real_calloc = next_calloc;
  real_realloc = next_realloc;
}

static AT_START void find_real(const char *name, void **real) {
  int error = errno;
  shadow_start();
  *real = real_definition(name);
  take_next();
  errno = error;
}

#define INSTEAD(name, family) \
  if (strcmp(wanted, #name) == 0) return found == (void *)next_##name || found == next_symbol(#name) ? (void *)name : found;
#define INSTEAD_C(name) INSTEAD(name, C)
#define INSTEAD_CXX(name) INSTEAD(name, CXX)
#define INSTEAD_VENDOR(name)
#define INSTEAD_EMBEDDED(name)
#define INSTEAD_RUST(name)
#undef ALLOCATE
#undef RELEASE
#undef REALLOCATE
#undef SPECIAL
#define ALLOCATE(name, shown, world, need, parameters, arguments, size, alignment, family) INSTEAD_##family(name)
#define RELEASE(name, shown, world, need, parameters, arguments, pointer, size, alignment, family) INSTEAD_##family(name)
#define REALLOCATE RELEASE
#define SPECIAL(name, shown, world, need, kind, count, family) INSTEAD_##family(name)

AT_START void *intercept_instead(const char *wanted, void *found) {
#include "functions.def"
  return found;
}

static AT_START void take_operators(void) {
  worlds[WORLD_CXX].plain_release = next__ZdlPv;
  worlds[WORLD_CXX_ARRAY].plain_release = next__ZdaPv;
  worlds[WORLD_CXX].plain_allocate = next__Znwm;
  worlds[WORLD_CXX_ARRAY].plain_allocate = next__Znam;
}

AT_START void intercept_resolve(void) {
  find_real("malloc", (void **)&next_malloc);
  find_real("free", (void **)&next_free);
  find_real("calloc", (void **)&next_calloc);
  find_real("realloc", (void **)&next_realloc);
  take_operators();
}

/* Every function that is called by symbol: what our wrapper calls, and what says that we are inside. */
struct through { const char *name; void **next, **under; void *inside; };
#define THROUGH(name) {#name, (void **)&next_##name, (void **)&under_##name, (void *)inside_##name},
#define THROUGH_C THROUGH
#define THROUGH_CXX THROUGH
#define THROUGH_VENDOR(name)
#define THROUGH_EMBEDDED(name)
#undef ALLOCATE
#undef RELEASE
#undef REALLOCATE
#undef SPECIAL
#define ALLOCATE(name, shown, world, need, parameters, arguments, size, alignment, family) THROUGH_##family(name)
#define RELEASE(name, shown, world, need, parameters, arguments, pointer, size, alignment, family) THROUGH_##family(name)
#define REALLOCATE RELEASE
#define SPECIAL(name, shown, world, need, kind, count, family)
static const struct through through[] = {
#include "functions.def"
    THROUGH(posix_memalign)
};

AT_START void intercept_under(const struct module *provider) {
  if (real_kept) return;
  for (size_t i = 0; i < sizeof through / sizeof *through; i++) {
    const struct through *function = &through[i];
    uintptr_t address = module_export(provider, function->name);
    if (!address) continue;
    find_real(function->name, function->next);
    if (*function->next != (void *)address) continue;
    *function->under = *function->next;
    *function->next = function->inside;
  }
  take_next();
  take_operators();
}

AT_START void intercept_past(const void *target, void *original) {
  for (size_t i = 0; i < sizeof through / sizeof *through; i++)
    if (*through[i].under == target) *through[i].under = original;
}
