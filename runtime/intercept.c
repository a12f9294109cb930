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

/* ---- careful paths, out of the way ---- */

static COLD void *born_slow(void *pointer, uint64_t size, uint64_t alignment, uint32_t world, unsigned function,
                            const struct call_place *place) {
  int error = errno;
  birth_end(pointer, size, alignment, world, function, place);
  errno = error;
  return pointer;
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

#define ALLOCATE(name, shown, world, need, parameters, arguments, size, alignment, family)      \
  EXPORT_##family void *BY_SYMBOL_##family(name) parameters {                                   \
    struct call_place place = HERE;                                                             \
    if (likely(FAST_##family && __builtin_constant_p(alignment) && (alignment) == 0)) {         \
      void *result = FAST_ALLOCATE_##family(name, arguments, size);                             \
      if (likely(born_fast(result, size, 0, FUNCTION_##name, &place))) return result;           \
      if (result) {                                                                             \
        birth_begin();                                                                          \
        uint32_t own = FUNCTION_##name;                                                         \
        if (world != WORLD_C) birth_rests_on_c(result);                                         \
        return born_slow(result, size, 0, world, own, &place);                                  \
      }                                                                                         \
      if (FUNCTION_family_##family == FAMILY_C) return NULL;                                    \
    }                                                                                           \
    birth_begin();                                                                              \
    return born_slow(next_##name arguments, size, alignment, world, FUNCTION_##name, &place);   \
  }

#define FUNCTION_family_C FAMILY_C
#define FUNCTION_family_CXX FAMILY_CXX
#define FUNCTION_family_VENDOR FAMILY_VENDOR
#define FUNCTION_family_EMBEDDED FAMILY_EMBEDDED

#define SIZE_IS_KNOWN(size) (!__builtin_constant_p(size) || (uint64_t)(size) != SIZE_UNKNOWN)

#define RELEASE(name, shown, world_, need, parameters, arguments, pointer_, size_, alignment_, family)     \
  EXPORT_##family void BY_SYMBOL_##family(name) parameters {                                               \
    struct call_place place = HERE;                                                                        \
    if (likely(FAST_##family) &&                                                                           \
        likely(released_fast(pointer_, world_, world_ != WORLD_C,                                          \
                             (SIZE_IS_KNOWN(size_) ? ~0u << SIZE_SHIFT : 0) | 31u << ALIGN_SHIFT,          \
                             (SIZE_IS_KNOWN(size_) ? (uint32_t)(size_) << SIZE_SHIFT : 0) |                \
                                 ((alignment_) ? (uint32_t)__builtin_ctzll((alignment_) | 1ull << 63) << ALIGN_SHIFT : 0), \
                             &place))) {                                                                   \
      if (world_ == WORLD_C) next_##name arguments;                                                        \
      else next_free(pointer_);                                                                            \
      return;                                                                                              \
    }                                                                                                      \
    struct release release = {pointer_, size_, alignment_, world_, FUNCTION_##name, place, NULL};                \
    if (!release_slow(&release)) return;                                                                   \
    RELEASE_WITH_##family(name, parameters, arguments, size_, alignment_);                                 \
    release_end(&release);                                                                                         \
  }

/* The stated size and alignment may have been corrected; free's callers state none that matter. */
#define RELEASE_WITH_C(name, parameters, arguments, size, alignment) next_##name arguments
#define RELEASE_WITH_CXX RELEASE_WITH_C
#define RELEASE_WITH_VENDOR RELEASE_WITH_C
#define RELEASE_WITH_EMBEDDED RELEASE_WITH_C

#define REALLOCATE(name, shown, world_, need, parameters, arguments, pointer_, size_, alignment_, family)  \
  EXPORT_##family void *BY_SYMBOL_##family(name) parameters {                                              \
    struct call_place place = HERE;                                                                        \
    struct reallocation call = {.old = {pointer_, SIZE_UNKNOWN, 0, world_, FUNCTION_##name, place, NULL},        \
                                .new_size = size_, .new_alignment = alignment_};                           \
    void *result;                                                                                          \
    if (!reallocate_slow(&call, &result)) return result;                                                   \
    result = next_##name arguments;                                                                        \
    reallocate_done(&call, result);                                                                        \
    return result;                                                                                         \
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

static void *hooked___rust_alloc(size_t size, size_t alignment, struct hook *hook) {
  struct call_place place = HERE;
  if (likely(RUST_PLAIN(size, alignment))) {
    void *result = next_malloc(size);
    if (likely(born_fast(result, size, (unsigned)__builtin_ctzll(alignment | 32), FUNCTION___rust_alloc, &place))) return result;
    birth_begin();
    birth_rests_on_c(result);
    return born_slow(result, size, alignment, hook->world, FUNCTION___rust_alloc, &place);
  }
  birth_begin();
  void *result = ((void *(*)(size_t, size_t))hook->original)(size, alignment);
  return born_slow(result, size, alignment, hook->world, FUNCTION___rust_alloc, &place);
}

static void *hooked___rust_alloc_zeroed(size_t size, size_t alignment, struct hook *hook) {
  struct call_place place = HERE;
  if (likely(RUST_PLAIN(size, alignment))) {
    void *result = next_calloc(size, 1);
    if (likely(born_fast(result, size, (unsigned)__builtin_ctzll(alignment | 32), FUNCTION___rust_alloc_zeroed, &place))) return result;
    birth_begin();
    birth_rests_on_c(result);
    return born_slow(result, size, alignment, hook->world, FUNCTION___rust_alloc_zeroed, &place);
  }
  birth_begin();
  void *result = ((void *(*)(size_t, size_t))hook->original)(size, alignment);
  return born_slow(result, size, alignment, hook->world, FUNCTION___rust_alloc_zeroed, &place);
}

static void hooked___rust_dealloc(void *pointer, size_t size, size_t alignment, struct hook *hook) {
  struct call_place place = HERE;
  if (likely(fast.c && hook->plain && size < SIZE_BIG)) {
    uint32_t word = (uint32_t)size << SIZE_SHIFT | (uint32_t)__builtin_ctzll(alignment | 1ull << 31) << ALIGN_SHIFT;
    if (likely(released_fast(pointer, hook->world, true, ~0u, word, &place))) {
      next_free(pointer);
      return;
    }
  }
  struct release release = {pointer, size, alignment, hook->world, FUNCTION___rust_dealloc, place, NULL};
  if (!release_slow(&release)) return;
  ((void (*)(void *, size_t, size_t))hook->original)(pointer, release.size, release.alignment);
  release_end(&release);
}

static void *hooked___rust_realloc(void *pointer, size_t old_size, size_t alignment, size_t new_size, struct hook *hook) {
  struct call_place place = HERE;
  struct reallocation call = {.old = {pointer, old_size, alignment, hook->world, FUNCTION___rust_realloc, place, NULL},
                              .new_size = new_size, .new_alignment = alignment};
  void *result;
  if (!reallocate_slow(&call, &result)) return result;
  result = ((void *(*)(void *, size_t, size_t, size_t))hook->original)(pointer, call.old.size, call.old.alignment, new_size);
  reallocate_done(&call, result);
  return result;
}

/* ---- the table ---- */

#define ENTRY(name, world, need, count, family) [FUNCTION_##name] = {#name, FAMILY_##family, world, need, (void *)hooked_##name, count},
#define ALLOCATE(name, shown, world, need, parameters, arguments, size, alignment, family) ENTRY(name, world, need, COUNT_OF arguments, family)
#define RELEASE(name, shown, world, need, parameters, arguments, pointer, size, alignment, family) ENTRY(name, world, need, COUNT_OF arguments, family)
#define REALLOCATE RELEASE
#undef SPECIAL
#define SPECIAL(name, shown, world, need, kind, count, family) ENTRY(name, world, need, count, family)
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
const struct module *intercept_provider_cxx(void) { return provider_cxx; }

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
  if (cxx) record_provider(WORLD_CXX, cxx, ALLOCATOR_OTHER);
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
