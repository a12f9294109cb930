#include "entries.h"

#include <string.h>

#include "adopt_parts.h"
#include "arrangement.h"
#include "ledger.h"
#include "ownership.h"
#include "provider.h"
#include "worlds.h"

static bool begins_with(const char *name, const char *with) { return strncmp(name, with, strlen(with)) == 0; }

static bool ends_with(const char *name, const char *with) {
  size_t length = strlen(name), tail = strlen(with);
  return length >= tail && strcmp(name + length - tail, with) == 0;
}

static bool is_harmless(const char *name) {
  static const char *const beginnings[] = {"malloc_", "Malloc", "TCMalloc", "tcmalloc", "__sanitizer_", "__scudo_",
                                           "__TBB_", "scalable_allocation", "__posix_memalign"};
  static const char *const ends[] = {"_size", "nallocx", "sallocx", "xallocx", "_stats", "_info", "_trim", "_region"};
  /* Rare, and with more arguments than a redirected entry can pass on, or with their result somewhere else. */
  static const char *const rare[] = {"mi_heap_recalloc_aligned_at", "mi_reallocarr", "reallocarr", "mi_register_deferred_free"};
  if (begins_with(name, "malloc_zone")) return false;
  for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
    if (begins_with(name, beginnings[i])) return true;
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
    if (ends_with(name, ends[i])) return true;
  for (size_t i = 0; i < sizeof rare / sizeof *rare; i++)
    if (strcmp(name, rare[i]) == 0) return true;
  return false;
}

bool may_be_an_entry(const char *name) {
  if (name[0] == '_' && name[1] == 'Z') return false; /* its own C++, which nobody calls for memory */
  return (strstr(name, "alloc") || strstr(name, "free") || strstr(name, "memalign")) && !is_harmless(name);
}

/* `what`: the entry, or why they are not known; empty: there may be some. */
static void see(enum sight sight, const struct module *module, const char *what) {
  if (sight > c_sight) c_sight = sight;
  own_allocator_module = module->id;
  ledger_gap(GAP_OTHER_ENTRIES, module->id, what);
}

/* An allocator in the executable: what its own code does is between it and its allocator. */
static void judge_executable(const struct module *module, const struct module_facts *facts, const char *refused) {
  bool whole = facts->known_allocator && !facts->inlines_it;
  if (refused) see(SIGHT_PARTIAL, module, refused);
  else if (!facts->has_symbols) see(SIGHT_PARTIAL, module, "its symbols are stripped");
  else if (whole) return;
  else if (facts->other_entry[0] && !facts->known_allocator) see(SIGHT_PARTIAL, module, facts->other_entry);
  else if (facts->own_helper[0] || facts->known_allocator) see(SIGHT_DOUBTFUL, module, "");
  cxx_in_allocator = c_sight != SIGHT_WHOLE && (facts->found[FUNCTION__Znwm].value || facts->found[FUNCTION__ZdlPv].value);
}

/* An allocator in a library: others reach only what it exports. */
static void judge_library(const struct module *module, const struct module_facts *facts, const char *refused) {
  if (refused) see(SIGHT_PARTIAL, module, refused);
  else if (facts->other_entry[0]) see(SIGHT_PARTIAL, module, facts->other_entry);
}

static bool serves_c(const struct module *module) {
  uintptr_t address;
  const struct module *provider = next_definition("malloc", &address);
  /* oneTBB has malloc in one library, which hands on to another one with the rest. */
  bool behind = module_named(module, "libtbbmalloc.so") && provider && module_named(provider, "libtbbmalloc_proxy.so");
  return provider == module || behind;
}

void adopt_entries(struct module *module, const struct module_facts *facts) {
  bool executable = module->flags & MODULE_EXECUTABLE;
  if (arranged || module->arranged || (executable && !facts->found[FUNCTION_malloc].exported)) return;
  if (!executable && (c_is_glibc || !serves_c(module))) return;
  if (!executable) intercept_under(module);
  const char *refused = hook_names(module, facts);
  if (executable) judge_executable(module, facts, refused);
  else judge_library(module, facts, refused);
}
