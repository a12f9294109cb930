#include "provider.h"

#include <string.h>

#include "ledger.h"

const struct module *next_definition(const char *name, uintptr_t *address) {
  bool after_us = false;
  for (int pass = 0; pass < 2; pass++) {
    for (const struct link_map *map = _r_debug.r_map; map; map = map->l_next) {
      struct module *module = module_of_map(map);
      if (!module || module->arranged) continue;
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
