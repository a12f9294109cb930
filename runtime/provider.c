#include "provider.h"

#include <string.h>

#include "arrangement.h"
#include "intercept.h"
#include "ledger.h"
#include "system.h"

const struct module *next_definition(const char *name, uintptr_t *address) {
  bool after_us = false;
  for (int pass = 0; pass < 2; pass++) {
    for (size_t i = 0; i < modules_count(); i++) {
      struct module *module = module_loaded(i);
      if (module->arranged) continue;
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

static uintptr_t arranged_definition(const char *name) {
  if (!arranged) return 0;
  for (unsigned id = 1; id < FUNCTION_COUNT; id++) {
    if (strcmp(functions[id].name, name) != 0) continue;
    struct allocator *allocator = arrangement_of_world(functions[id].world);
    return allocator ? (uintptr_t)allocator_function(allocator, id) : 0;
  }
  return 0;
}

static AT_START void abort_without(const char *name) {
  static const char text[] = "crossfree: no module defines ";
  system_call(SYS_write, 2, text, sizeof text - 1);
  system_call(SYS_write, 2, name, strlen(name));
  system_call(SYS_write, 2, "\n", 1);
  __builtin_trap();
}

static void no_module(struct module *module) { (void)module; }

AT_START void *real_definition(const char *name) {
  if (!modules_count()) modules_refresh(no_module, no_module);
  arrangement_start();
  uintptr_t address = arranged_definition(name);
  if (address || next_definition(name, &address)) return (void *)address;
  /* Newer than this C library: what it means is plain. */
  if (strcmp(name, "free_sized") == 0 || strcmp(name, "free_aligned_sized") == 0 || strcmp(name, "cfree") == 0)
    next_definition("free", &address);
  if (!address) abort_without(name);
  return (void *)address;
}

uint32_t allocator_of(const struct module *module) {
  const char *name = strrchr(module->path, '/');
  name = name ? name + 1 : module->path;
  if (strncmp(name, "libc.so", 7) == 0 || strncmp(name, "libc-2.", 7) == 0) return ALLOCATOR_GLIBC;
  if (strstr(name, "jemalloc") || module_export(module, "malloc_stats_print")) return ALLOCATOR_JEMALLOC;
  if (strstr(name, "mimalloc") || module_export(module, "mi_malloc")) return ALLOCATOR_MIMALLOC;
  if (strstr(name, "tcmalloc") || module_export(module, "tc_malloc")) return ALLOCATOR_TCMALLOC;
  if (strstr(name, "scudo") || module_export(module, "__scudo_default_options")) return ALLOCATOR_SCUDO;
  return ALLOCATOR_OTHER;
}

void record_provider(uint32_t world, const struct module *module, uint32_t allocator) {
  struct record_provider *record = ledger_begin(RECORD_PROVIDER, sizeof *record);
  if (!record) return;
  record->world = world;
  record->module = module->id;
  record->allocator = allocator;
  ledger_commit(record);
}

bool module_named(const struct module *module, const char *prefix) {
  const char *name = strrchr(module->path, '/');
  return strncmp(name ? name + 1 : module->path, prefix, strlen(prefix)) == 0;
}
