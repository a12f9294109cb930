#include "allocators.h"

#include <errno.h>
#include <string.h>

#include "built.h"
#include "ledger_format.h"
#include "provider.h"

struct allocator allocators[ALLOCATOR_SLOTS];

static void read_functions(struct allocator *allocator) {
  const struct module *module = allocator->module;
#define TAKE(field, name) allocator->field = (__typeof__(allocator->field))module_export(module, name)
  TAKE(malloc, "malloc");
  TAKE(free, "free");
  TAKE(calloc, "calloc");
  TAKE(realloc, "realloc");
  TAKE(posix_memalign, "posix_memalign");
  TAKE(memalign, "memalign");
  TAKE(aligned_alloc, "aligned_alloc");
  TAKE(usable_size, "malloc_usable_size");
  TAKE(mallocx, "mallocx");
  TAKE(rallocx, "rallocx");
  TAKE(sdallocx, "sdallocx");
  TAKE(mi_malloc_aligned, "mi_malloc_aligned");
  TAKE(mi_zalloc_aligned, "mi_zalloc_aligned");
  TAKE(mi_realloc_aligned, "mi_realloc_aligned");
  TAKE(mi_free, "mi_free");
  TAKE(tc_memalign, "tc_memalign");
  TAKE(tc_free, "tc_free");
#undef TAKE
}

struct allocator *allocator_in(const struct module *module) {
  for (unsigned i = 0; i < ALLOCATOR_SLOTS; i++) {
    struct allocator *allocator = &allocators[i];
    if (allocator->module == module) return allocator;
    if (allocator->module) continue;
    *allocator = (struct allocator){.module = module, .known = allocator_of(module)};
    read_functions(allocator);
    if (allocator->malloc && allocator->free && allocator->calloc && allocator->realloc) return allocator;
    allocator->module = NULL;
    return NULL;
  }
  return NULL;
}

bool allocators_full(void) { return allocators[ALLOCATOR_SLOTS - 1].module; }

static unsigned slot_of(const struct allocator *allocator) { return (unsigned)(allocator - allocators); }

void *allocator_rust(struct allocator *allocator, unsigned shim) { return built_functions[slot_of(allocator)].rust[shim]; }

/* operator new that is not there, and what it would be built on. */
static void *cxx_function(struct allocator *allocator, unsigned function) {
  const struct built_functions *built = &built_functions[slot_of(allocator)];
  static const struct { unsigned function; const char *instead; } plain[] = {
      {FUNCTION__Znam, "_Znwm"}, {FUNCTION__ZnamRKSt9nothrow_t, "_ZnwmRKSt9nothrow_t"},
      {FUNCTION__ZnamSt11align_val_t, "_ZnwmSt11align_val_t"},
      {FUNCTION__ZnamSt11align_val_tRKSt9nothrow_t, "_ZnwmSt11align_val_tRKSt9nothrow_t"},
  };
  for (unsigned i = 0; i < sizeof plain / sizeof *plain; i++) {
    void *found = plain[i].function == function ? (void *)module_export(allocator->module, plain[i].instead) : NULL;
    if (found) return found;
  }
  switch (function) {
    case FUNCTION__Znwm: case FUNCTION__Znam: return built->new_plain;
    case FUNCTION__ZnwmRKSt9nothrow_t: case FUNCTION__ZnamRKSt9nothrow_t: return built->new_nothrow;
    case FUNCTION__ZnwmSt11align_val_t: case FUNCTION__ZnamSt11align_val_t: return built->new_aligned;
    case FUNCTION__ZnwmSt11align_val_tRKSt9nothrow_t: case FUNCTION__ZnamSt11align_val_tRKSt9nothrow_t:
      return built->new_aligned_nothrow;
  }
  /* The deletes: what more they are told does not matter to a plain one. */
  void *found = NULL;
  if (functions[function].world == WORLD_KIND_CXX_ARRAY) found = (void *)module_export(allocator->module, "_ZdaPv");
  if (!found) found = (void *)module_export(allocator->module, "_ZdlPv");
  return found ? found : (void *)allocator->free;
}

void *allocator_function(struct allocator *allocator, unsigned function) {
  const char *name = functions[function].name;
  /* What glibc keeps for itself is its malloc by another name, and must stay one family with it. */
  if (strncmp(name, "__libc_", 7) == 0) name += 7;
  void *found = (void *)module_export(allocator->module, name);
  /* glibc's calls realloc by symbol, and so would come back to us. */
  if (found && strcmp(name, "reallocarray") != 0) return found;
  if (functions[function].family == FAMILY_CXX) return cxx_function(allocator, function);
  const struct built_functions *built = &built_functions[slot_of(allocator)];
  if (strcmp(name, "reallocarray") == 0) return built->reallocarray;
  if (strcmp(name, "memalign") == 0) return built->memalign;
  if (strcmp(name, "aligned_alloc") == 0) return built->memalign;
  if (strcmp(name, "posix_memalign") == 0) return built->posix_memalign;
  if (strcmp(name, "valloc") == 0) return built->valloc;
  if (strcmp(name, "pvalloc") == 0) return built->pvalloc;
  return functions[function].has_result ? NULL : (void *)allocator->free;
}
