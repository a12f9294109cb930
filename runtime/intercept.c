#include "intercept.h"

#include <errno.h>
#include <string.h>

#include "fast.h"
#include "findings.h"
#include "hook.h"
#include "ledger.h"
#include "modules.h"
#include "ownership.h"
#include "preserve.h"
#include "system.h"
#include "worlds.h"

struct fast fast __attribute__((aligned(64)));

#define HERE {.return_address = (uintptr_t)__builtin_return_address(0), .stack = (uintptr_t)__builtin_dwarf_cfa()}
#define WITH_HOOK(...) (__VA_ARGS__, struct hook *hook)
#define COUNT_OF(...) COUNT_PICK(__VA_ARGS__, 4, 3, 2, 1)
#define COUNT_PICK(a, b, c, d, count, ...) count
#define UNPAREN(...) __VA_ARGS__

/* ---- the real functions ---- */

static void find_real(const char *name, void *resolver, void **real);

#define REAL(type, name, parameters, arguments)               \
  static type resolve_##name parameters;                      \
  static type(*next_##name) parameters = resolve_##name;      \
  static NO_INLINE type resolve_##name parameters {           \
    find_real(#name, (void *)resolve_##name, (void **)&next_##name); \
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

void *(*real_malloc)(size_t) = resolve_malloc;
void (*real_free)(void *) = resolve_free;

/* ---- careful paths, out of the way; places travel in registers so that the short paths keep none ---- */

#define RETURN_ADDRESS ((uintptr_t)__builtin_return_address(0))
#define STACK ((uintptr_t)__builtin_dwarf_cfa())

static COLD void *born_slow(void *pointer, uint64_t size, uint64_t alignment, uint32_t world, unsigned function,
                            const struct call_place *place) {
  int error = errno;
  birth_end(pointer, size, alignment, world, function, place);
  errno = error;
  return pointer;
}

/* After a short path took the block straight from malloc. */
static COLD void *born_of_malloc(void *pointer, uint64_t size, uint64_t alignment, uint32_t world_and_function,
                                 uintptr_t return_address, uintptr_t stack) {
  struct call_place place = {return_address, stack};
  uint32_t world = world_and_function & 0xff;
  birth_begin();
  if (world != WORLD_C) birth_rests_on_c(pointer);
  return born_slow(pointer, size, alignment, world, world_and_function >> 8, &place);
}

static COLD bool release_slow(struct release *release) {
  int error = errno;
  bool call = release_begin(release);
  errno = error;
  return call;
}

static COLD bool reallocate_slow(struct reallocation *call, void **result) {
  int error = errno;
  bool go = reallocate_begin(call, result);
  errno = error;
  return go;
}

static COLD void reallocate_done(struct reallocation *call, void *result) {
  int error = errno;
  reallocate_end(call, result);
  errno = error;
}

/* A reallocation by malloc's own realloc on the short path. False: not such a block. */
ALWAYS_INLINE bool reallocate_fast(void *pointer, size_t size, unsigned alignment_log2, uint32_t world, uint32_t mask,
                                   uint32_t size_word, unsigned function, uintptr_t return_address, uintptr_t stack,
                                   void **result);

/* What the families' short paths call instead of the real function. */
#define FAST_C fast.c
#define FAST_CXX fast.cxx
#define FAST_VENDOR false
#define FAST_EMBEDDED false

#define FAST_ALLOCATE_C(name, arguments, size) next_##name arguments
#define FAST_ALLOCATE_CXX(name, arguments, size) next_malloc((size) ? (size) : 1)
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

#define ALLOCATE(name, shown, world, need, parameters, arguments, size, alignment, family)                    \
  static COLD void *careful_##name(uintptr_t return_address, uintptr_t stack, UNPAREN parameters) {           \
    struct call_place place = {return_address, stack};                                                        \
    birth_begin();                                                                                            \
    return born_slow(next_##name arguments, size, alignment, world, FUNCTION_##name, &place);                 \
  }                                                                                                           \
  EXPORT_##family void *BY_SYMBOL_##family(name) parameters {                                                 \
    if (likely(FAST_##family && __builtin_constant_p(alignment) && (alignment) == 0)) {                       \
      void *result = FAST_ALLOCATE_##family(name, arguments, size);                                           \
      if (likely(born_fast(result, size, 0, site_fast(RETURN_ADDRESS, STACK, FUNCTION_##name)))) return result; \
      if (result || FUNCTION_family_##family == FAMILY_C)                                                     \
        return born_of_malloc(result, size, 0, (world) | FUNCTION_##name << 8, RETURN_ADDRESS, STACK);        \
    }                                                                                                         \
    return careful_##name(RETURN_ADDRESS, STACK, UNPAREN arguments);                                          \
  }

#define FUNCTION_family_C FAMILY_C
#define FUNCTION_family_CXX FAMILY_CXX
#define FUNCTION_family_VENDOR FAMILY_VENDOR
#define FUNCTION_family_EMBEDDED FAMILY_EMBEDDED

#define SIZE_IS_KNOWN(size) (!__builtin_constant_p(size) || (uint64_t)(size) != SIZE_UNKNOWN)

#define SIZE_MASK(size) (SIZE_IS_KNOWN(size) ? ~0u << SIZE_SHIFT : 0)
#define SIZE_WORD(size) (SIZE_IS_KNOWN(size) ? (uint32_t)(size) << SIZE_SHIFT : 0)
#define ALIGN_MASK (31u << ALIGN_SHIFT)
#define ALIGN_WORD(alignment) ((uint32_t)__builtin_ctzll((alignment) | 1ull << 63) << ALIGN_SHIFT)

/* operator delete states, by which overload it is, that the block is not over-aligned. */
#define RELEASE(name, shown, world_, need, parameters, arguments, pointer_, size_, alignment_, family)        \
  static COLD void careful_##name(uintptr_t return_address, uintptr_t stack, UNPAREN parameters) {            \
    struct release release = {pointer_, size_, alignment_, world_, FUNCTION_##name, {return_address, stack}, NULL}; \
    if (!release_slow(&release)) return;                                                                      \
    next_##name arguments;                                                                                    \
    release_end(&release);                                                                                    \
  }                                                                                                           \
  EXPORT_##family void BY_SYMBOL_##family(name) parameters {                                                  \
    if (likely(FAST_##family)) {                                                                              \
      uint32_t *cell = (world_) == WORLD_C                                                                    \
                           ? taken_fast(pointer_, world_, 0, 0, RETURN_ADDRESS)                               \
                           : taken_fast(pointer_, world_, SIZE_MASK(size_) | ALIGN_MASK,                      \
                                        SIZE_WORD(size_) | ((alignment_) ? ALIGN_WORD(alignment_) : 0), RETURN_ADDRESS); \
      if (likely(cell)) {                                                                                     \
        mark_freed_fast(cell, RETURN_ADDRESS);                                                                \
        next_free(pointer_);                                                                                  \
        return;                                                                                               \
      }                                                                                                       \
    }                                                                                                         \
    if (pointer_) careful_##name(RETURN_ADDRESS, STACK, UNPAREN arguments);                                   \
  }

#define REALLOCATE(name, shown, world_, need, parameters, arguments, pointer_, size_, alignment_, family)     \
  static COLD void *careful_##name(uintptr_t return_address, uintptr_t stack, UNPAREN parameters) {           \
    struct reallocation call = {                                                                              \
        .old = {pointer_, SIZE_UNKNOWN, 0, world_, FUNCTION_##name, {return_address, stack}, NULL},           \
        .new_size = size_, .new_alignment = alignment_};                                                      \
    void *result;                                                                                             \
    if (!reallocate_slow(&call, &result)) return result;                                                      \
    result = next_##name arguments;                                                                           \
    reallocate_done(&call, result);                                                                           \
    return result;                                                                                            \
  }                                                                                                           \
  EXPORT_##family void *BY_SYMBOL_##family(name) parameters {                                                 \
    void *result;                                                                                             \
    if (likely(FAST_##family && FUNCTION_##name == FUNCTION_realloc) &&                                       \
        likely(reallocate_fast(pointer_, size_, 0, world_, 0, 0, FUNCTION_##name, RETURN_ADDRESS, STACK, &result))) \
      return result;                                                                                          \
    return careful_##name(RETURN_ADDRESS, STACK, UNPAREN arguments);                                          \
  }

static COLD void *reallocated_slow(void *pointer, size_t size, unsigned alignment_log2, uint32_t world_and_function,
                                   uintptr_t return_address, uintptr_t stack) {
  return born_of_malloc(pointer, size, alignment_log2 ? 1ull << alignment_log2 : 0, world_and_function, return_address, stack);
}

ALWAYS_INLINE bool reallocate_fast(void *pointer, size_t size, unsigned alignment_log2, uint32_t world, uint32_t mask,
                                   uint32_t size_word, unsigned function, uintptr_t return_address, uintptr_t stack,
                                   void **result) {
  uint32_t *cell = size && pointer ? taken_fast(pointer, world, mask, size_word, return_address) : NULL;
  if (unlikely(!cell || cell[1] >= SIZE_BIG << SIZE_SHIFT)) return false;
  uint32_t word = cell[0], old_size = cell[1];
  mark_freed_fast(cell, return_address);
  void *moved = *result = next_realloc(pointer, size);
  if (unlikely(!moved)) { /* it failed and left the block alone */
    cell[0] = word;
    cell[1] = old_size;
    return true;
  }
  if (unlikely(!born_fast(moved, size, alignment_log2, site_fast(return_address, stack, function))))
    reallocated_slow(moved, size, alignment_log2, world | function << 8, return_address, stack);
  return true;
}

#include "functions.def"
#undef ALLOCATE
#undef RELEASE
#undef REALLOCATE

EXPORT int posix_memalign(void **out, size_t alignment, size_t size) {
  struct call_place place = HERE;
  birth_begin();
  int error = next_posix_memalign(out, alignment, size);
  if (error == 0) born_slow(*out, size, alignment, WORLD_C, FUNCTION_posix_memalign, &place);
  return error;
}

/* ---- wrappers of redirected entries ---- */

#define ALLOCATE(name, shown, world_, need, parameters, arguments, size, alignment, family)                     \
  static void *hooked_##name WITH_HOOK parameters {                                                            \
    struct call_place place = preserved_place((struct call_place)HERE);                                                                            \
    birth_begin();                                                                                             \
    return born_slow(((void *(*)parameters)hook->original)arguments, size, alignment, hook->world, FUNCTION_##name, &place); \
  }
#define RELEASE(name, shown, world_, need, parameters, arguments, pointer_, size_, alignment_, family)          \
  static void hooked_##name WITH_HOOK parameters {                                                             \
    struct call_place place = preserved_place((struct call_place)HERE);                                                                            \
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
  void *result = next_malloc(size);
  uint32_t word = site_fast(RETURN_ADDRESS, STACK, FUNCTION___rust_alloc);
  if (likely(born_fast(result, size, (unsigned)__builtin_ctzll(alignment | 32), word))) return result;
  return born_of_malloc(result, size, alignment, hook->world | FUNCTION___rust_alloc << 8, RETURN_ADDRESS, STACK);
}

static void *hooked___rust_alloc_zeroed(size_t size, size_t alignment, struct hook *hook) {
  if (unlikely(!RUST_PLAIN(size, alignment))) return careful_rust_alloc(size, alignment, hook, RETURN_ADDRESS, STACK);
  void *result = next_calloc(size, 1);
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
  next_free(pointer);
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

/* ---- the table ---- */

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

/* ---- finding the real ones ---- */

/* The module that the loader would bind `name` to if we were not there. */
static const struct module *next_definition(const char *name, uintptr_t *address) {
  bool after_us = false;
  for (int pass = 0; pass < 2; pass++) {
    for (const struct link_map *map = _r_debug.r_map; map; map = map->l_next) {
      struct module *module = module_of_map(map);
      if (!module) continue;
      if (module->flags & MODULE_RUNTIME) {
        after_us = true;
        continue;
      }
      /* First what comes after us; then, for what nobody after us has, anything. */
      if (pass == 0 && !after_us) continue;
      if ((*address = module_export(module, name))) return module;
    }
  }
  return NULL;
}

static COLD void abort_without(const char *name) {
  static const char text[] = "crossfree: no module defines ";
  system_call(SYS_write, 2, text, sizeof text - 1);
  system_call(SYS_write, 2, name, strlen(name));
  system_call(SYS_write, 2, "\n", 1);
  __builtin_trap();
}

static void no_module(struct module *module) { (void)module; }

static bool own_malloc; /* the executable's: what its redirected entries lead to is the real one */

static void find_real(const char *name, void *resolver, void **real) {
  (void)resolver;
  int error = errno;
  if (!shadow_top) shadow_start();
  if (!modules_now()) modules_refresh(no_module, no_module);
  uintptr_t address = 0;
  if (!next_definition(name, &address)) {
    /* Newer than this C library: what it means is plain. */
    if (strcmp(name, "free_sized") == 0 || strcmp(name, "free_aligned_sized") == 0 || strcmp(name, "cfree") == 0)
      next_definition("free", &address);
    if (!address) abort_without(name);
  }
  *real = (void *)address;
  if (!own_malloc) {
    real_malloc = next_malloc;
    real_free = next_free;
  }
  errno = error;
}

static uint32_t allocator_of(const struct module *module) {
  const char *name = strrchr(module->path, '/');
  name = name ? name + 1 : module->path;
  if (strncmp(name, "libc.so", 7) == 0 || strncmp(name, "libc-2.", 7) == 0) return ALLOCATOR_GLIBC;
  if (strstr(name, "jemalloc") || module_export(module, "malloc_stats_print")) return ALLOCATOR_JEMALLOC;
  if (strstr(name, "mimalloc") || module_export(module, "mi_malloc")) return ALLOCATOR_MIMALLOC;
  if (strstr(name, "tcmalloc") || module_export(module, "tc_malloc")) return ALLOCATOR_TCMALLOC;
  if (strstr(name, "scudo") || module_export(module, "__scudo_default_options")) return ALLOCATOR_SCUDO;
  return ALLOCATOR_OTHER;
}

static void record_provider(uint32_t world, const struct module *module, uint32_t allocator) {
  struct record_provider *record = ledger_begin(RECORD_PROVIDER, sizeof *record);
  if (!record) return;
  record->world = world;
  record->module = module->id;
  record->allocator = allocator;
  ledger_commit(record);
}

static bool named(const struct module *module, const char *prefix) {
  const char *name = strrchr(module->path, '/');
  return strncmp(name ? name + 1 : module->path, prefix, strlen(prefix)) == 0;
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

void *intercept_instead(const char *wanted, void *found) {
#include "functions.def"
  return found;
}

static const struct module *provider_cxx;
static uint32_t c_allocator;
const struct module *intercept_provider_cxx(void) { return provider_cxx; }

void intercept_late_cxx(const struct module *module) {
  if (provider_cxx) return;
  provider_cxx = module;
  fast.cxx = fast.c;
  record_provider(WORLD_CXX, module, c_allocator);
}

void intercept_own_malloc(struct module *module) {
  own_malloc = true;
  c_is_glibc = fast.c = fast.cxx = false;
  record_provider(WORLD_C, module, allocator_of(module));
}

void intercept_start(void) {
  uintptr_t address;
  const struct module *c = next_definition("malloc", &address);
  const struct module *cxx = provider_cxx = next_definition("_Znwm", &address);
  uint32_t allocator = c ? allocator_of(c) : ALLOCATOR_OTHER;
  c_is_glibc = allocator == ALLOCATOR_GLIBC;
  if (c) record_provider(WORLD_C, c, allocator);
  c_allocator = allocator;
  if (cxx) record_provider(WORLD_CXX, cxx, named(cxx, "libstdc++.so") ? allocator : allocator_of(cxx));
  find_real("malloc", NULL, (void **)&next_malloc);
  find_real("free", NULL, (void **)&next_free);
  find_real("calloc", NULL, (void **)&next_calloc);
  worlds[WORLD_CXX].plain_release = next__ZdlPv;
  worlds[WORLD_CXX_ARRAY].plain_release = next__ZdaPv;
  worlds[WORLD_CXX].plain_allocate = next__Znwm;
  worlds[WORLD_CXX_ARRAY].plain_allocate = next__Znam;
  fast.c = c_is_glibc;
  fast.cxx = fast.c && cxx && named(cxx, "libstdc++.so");
}
