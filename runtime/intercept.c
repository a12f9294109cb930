#include "intercept.h"

#include <errno.h>
#include <string.h>

#include "arrangement.h"
#include "careful.h"
#include "fast.h"
#include "findings.h"
#include "hook.h"
#include "ledger.h"
#include "modules.h"
#include "ownership.h"
#include "provider.h"
#include "system.h"
#include "worlds.h"

struct fast fast __attribute__((aligned(64)));

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

void *(*real_malloc)(size_t) = resolve_malloc;
void (*real_free)(void *) = resolve_free;
void *(*real_calloc)(size_t, size_t) = resolve_calloc;
void *(*real_realloc)(void *, size_t) = resolve_realloc;

/* What the families' short paths call instead of the real function. */
#define FAST_C fast.c
#define FAST_CXX fast.cxx
#define FAST_VENDOR false
#define FAST_EMBEDDED false

#define FAST_ALLOCATE_C(name, arguments, size) (FUNCTION_##name == FUNCTION_malloc ? malloc_fast(size) : next_##name arguments)
#define FAST_ALLOCATE_CXX(name, arguments, size) malloc_fast((size) ? (size) : 1)
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
        free_fast(pointer_);                                                                                  \
        return;                                                                                               \
      }                                                                                                       \
    }                                                                                                         \
    if (pointer_ && !((world_) == WORLD_C && released_quickly(pointer_, FUNCTION_##name, RETURN_ADDRESS)))       \
      careful_##name(RETURN_ADDRESS, STACK, UNPAREN arguments);                                               \
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

#include "functions.def"
#undef ALLOCATE
#undef RELEASE
#undef REALLOCATE

EXPORT int posix_memalign(void **out, size_t alignment, size_t size) {
  struct call_place place = {RETURN_ADDRESS, STACK};
  birth_begin();
  int error = next_posix_memalign(out, alignment, size);
  if (error == 0) born_slow(*out, size, alignment, WORLD_C, FUNCTION_posix_memalign, &place);
  return error;
}

#endif

/* ---- finding the real ones ---- */

static AT_START void abort_without(const char *name) {
  static const char text[] = "crossfree: no module defines ";
  system_call(SYS_write, 2, text, sizeof text - 1);
  system_call(SYS_write, 2, name, strlen(name));
  system_call(SYS_write, 2, "\n", 1);
  __builtin_trap();
}

static void no_module(struct module *module) { (void)module; }

static bool own_malloc; /* the executable's: what its redirected entries lead to is the real one */

static uintptr_t arranged_function(const char *name) {
  if (!arranged) return 0;
  for (unsigned id = 1; id < FUNCTION_COUNT; id++) {
    if (strcmp(functions[id].name, name) != 0) continue;
    struct allocator *allocator = arrangement_of_world(functions[id].world);
    return allocator ? (uintptr_t)allocator_function(allocator, id) : 0;
  }
  return 0;
}

static AT_START void find_real(const char *name, void **real) {
  int error = errno;
  if (!shadow_top) shadow_start();
  if (!modules_now()) modules_refresh(no_module, no_module);
  arrangement_start();
  uintptr_t address = arranged_function(name);
  if (!address && !next_definition(name, &address)) {
    /* Newer than this C library: what it means is plain. */
    if (strcmp(name, "free_sized") == 0 || strcmp(name, "free_aligned_sized") == 0 || strcmp(name, "cfree") == 0)
      next_definition("free", &address);
    if (!address) abort_without(name);
  }
  *real = (void *)address;
  if (!own_malloc) {
    real_malloc = next_malloc;
    real_free = next_free;
    real_calloc = next_calloc;
    real_realloc = next_realloc;
  }
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

static const struct module *provider_cxx;
static uint32_t c_allocator;
static bool cxx_may_be_fast = true;
const struct module *intercept_provider_cxx(void) { return provider_cxx; }

void intercept_late_cxx(const struct module *module) {
  if (provider_cxx) return;
  provider_cxx = module;
  fast.cxx = fast.c && cxx_may_be_fast;
  if (!worlds[WORLD_CXX].heap) record_provider(WORLD_CXX, module, c_allocator);
}

AT_START void intercept_own_malloc(struct module *module) {
  own_malloc = true;
  c_is_glibc = fast.c = fast.cxx = false;
  tcache_stop();
  record_provider(WORLD_C, module, allocator_of(module));
}

static AT_START void record_arranged(uint32_t world, const struct allocator *at, const struct module *cxx) {
  if (at) record_provider(world, at->module, at->known);
  if (at) worlds[world].heap = at->module->id;
  else if (cxx && module_export(cxx, "malloc")) worlds[world].heap = cxx->id;
}

AT_START void intercept_start(bool glibc_is_tuned) {
  uintptr_t address;
  arrangement_start();
  struct allocator *c_at = arrangement_of_world(WORLD_C), *cxx_at = arrangement_of_world(WORLD_CXX),
                   *array_at = arrangement_of_world(WORLD_CXX_ARRAY);
  const struct module *c = c_at ? c_at->module : next_definition("malloc", &address);
  const struct module *cxx = provider_cxx = next_definition("_Znwm", &address);
  uint32_t allocator = c ? allocator_of(c) : ALLOCATOR_OTHER;
  c_is_glibc = allocator == ALLOCATOR_GLIBC;
  if (c) record_provider(WORLD_C, c, allocator);
  c_allocator = allocator;
  worlds[WORLD_C].heap = c ? c->id : 0;
  record_arranged(WORLD_CXX, cxx_at, cxx);
  record_arranged(WORLD_CXX_ARRAY, array_at, cxx);
  if (cxx && !cxx_at) record_provider(WORLD_CXX, cxx, module_named(cxx, "libstdc++.so") ? allocator : allocator_of(cxx));
  find_real("malloc", (void **)&next_malloc);
  find_real("free", (void **)&next_free);
  find_real("calloc", (void **)&next_calloc);
  find_real("realloc", (void **)&next_realloc);
  worlds[WORLD_CXX].plain_release = next__ZdlPv;
  worlds[WORLD_CXX_ARRAY].plain_release = next__ZdaPv;
  worlds[WORLD_CXX].plain_allocate = next__Znwm;
  worlds[WORLD_CXX_ARRAY].plain_allocate = next__Znam;
  if (c_is_glibc && !glibc_is_tuned) tcache_start(real_malloc, real_free);
  else tcache_stop();
  fast.c = allocator != ALLOCATOR_OTHER;
  fast.smallest = c_is_glibc ? 0 : 17;
  fast.cxx = cxx_may_be_fast = fast.c && !cxx_at && !array_at;
  fast.cxx &= cxx && module_named(cxx, "libstdc++.so");
}
