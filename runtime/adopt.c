#include "adopt.h"

#include <string.h>

#include "adopt_parts.h"
#include "careful.h"
#include "arrangement.h"
#include "entries.h"
#include "fast.h"
#include "hook.h"
#include "intercept.h"
#include "ledger.h"
#include "module_records.h"
#include "modules.h"
#include "ownership.h"
#include "pairs.h"
#include "process_worlds.h"
#include "provider.h"
#include "sites.h"
#include "symbols.h"
#include "worlds.h"

struct hook_request request_for(const struct module *module, unsigned id, const struct symbol *symbol, uint32_t world) {
  const struct function *function = &functions[id];
  return (struct hook_request){
      .address = module->base + symbol->value, .size = symbol->size, .wrapper = function->hooked,
      .argument = function->arguments, .world = world, .function = id,
      .preserve = function->family != FAMILY_RUST, /* rustc does not look into functions this way */
  };
}

void suspect(struct module *module) {
  module->world_undetermined = world_of_module(module, WORLD_KIND_UNDETERMINED, 0);
  uintptr_t low = fast.suspect_size ? fast.suspect_low : module->start;
  uintptr_t high = fast.suspect_size ? fast.suspect_low + fast.suspect_size : module->end;
  if (module->start < low) low = module->start;
  if (module->end > high) high = module->end;
  fast.suspect_size = 0;
  fast.suspect_low = low;
  fast.suspect_size = high - low;
  fast.suspects = true;
  fast.c_word = NO_LIVE_WORD;
}

static bool same_body(const struct module_facts *facts, unsigned one, unsigned other) {
  return facts->found[one].value && facts->found[one].value == facts->found[other].value;
}

bool hook_family(struct module *module, const struct module_facts *facts, enum family family, uint32_t world,
                 uint32_t world_array) {
  static struct hook_request requests[FUNCTION_COUNT]; /* one module at a time; some threads' stacks are small */
  size_t count = 0, refused;
  if (family == FAMILY_CXX && (same_body(facts, FUNCTION__Znwm, FUNCTION__Znam) || same_body(facts, FUNCTION__ZdlPv, FUNCTION__ZdaPv)))
    world_array = world;
  for (unsigned id = 1; id < FUNCTION_COUNT; id++) {
    const struct symbol *symbol = &facts->found[id];
    if (functions[id].family != family || !symbol->value) continue;
    /* One body under two names, or a jump too short to redirect that ends in another one of them. */
    bool alias = hook_exists(module->base + symbol->value);
    for (size_t i = 0; i < count; i++) alias |= requests[i].address == module->base + symbol->value;
    uintptr_t target = symbol->size < 5 ? short_jump_target(module->base + symbol->value) : 0;
    for (unsigned other = 1; target && other < FUNCTION_COUNT; other++)
      alias |= functions[other].family == family && module->base + facts->found[other].value == target;
    if (alias) continue;
    requests[count++] = request_for(module, id, &facts->found[id],
                                    functions[id].world == WORLD_CXX_ARRAY ? world_array : world);
  }
  if (!count) return true;
  if (hooks_apply(module, requests, count, &refused)) {
    for (size_t i = 0; i < count; i++) {
      if (requests[i].function == FUNCTION__ZdlPv) worlds[world].plain_release = (void (*)(void *))requests[i].hook->original;
      if (requests[i].function == FUNCTION__ZdaPv) worlds[world_array].plain_release = (void (*)(void *))requests[i].hook->original;
      if (requests[i].function == FUNCTION__Znwm) worlds[world].plain_allocate = (void *(*)(size_t))requests[i].hook->original;
      if (requests[i].function == FUNCTION__Znam) worlds[world_array].plain_allocate = (void *(*)(size_t))requests[i].hook->original;
      if (requests[i].function == FUNCTION__rjem_free || requests[i].function == FUNCTION_mi_free)
        worlds[world].plain_release = (void (*)(void *))requests[i].hook->original;
      if (requests[i].function == FUNCTION_mi_malloc_aligned && !worlds[world].rust_alloc) /* the same arguments */
        worlds[world].rust_alloc = (void *(*)(size_t, size_t))requests[i].hook->original;
      if (requests[i].function == FUNCTION__rjem_malloc || requests[i].function == FUNCTION_mi_malloc)
        worlds[world].plain_allocate = (void *(*)(size_t))requests[i].hook->original;
      if (requests[i].function == FUNCTION_malloc) real_malloc = (void *(*)(size_t))requests[i].hook->original;
      if (requests[i].function == FUNCTION_free) real_free = (void (*)(void *))requests[i].hook->original;
    }
    return true;
  }
  ledger_gap(GAP_NOT_HOOKED, module->id, functions[requests[refused].function].name);
  return false;
}

static void adopt_cxx(struct module *module, const struct module_facts *facts) {
  const struct symbol *plain = &facts->found[FUNCTION__Znwm];
  /* One body for free and delete: what a call of it means cannot be told. */
  if (plain->value && same_body(facts, FUNCTION_free, FUNCTION__ZdlPv)) {
    fast.cxx = CAREFUL;
    hook_family(module, facts, FAMILY_CXX, WORLD_C, WORLD_C);
    return;
  }
  bool executable = module->flags & MODULE_EXECUTABLE;
  if (module_named(module, "libstdc++.so")) {
    process_worlds_late_cxx(module);
    return;
  }
  /* An allocator's library: its operators are reached by symbol, and often are malloc and free themselves. */
  if (!executable && module_export(module, "malloc")) return;
  bool everybodys = executable ? plain->exported || !plain->value || !process_worlds_cxx()
                               : module == process_worlds_cxx();
  if (everybodys) {
    bool any = false;
    for (unsigned id = 1; id < FUNCTION_COUNT; id++) any |= functions[id].family == FAMILY_CXX && facts->found[id].value;
    if (!any) return;
    fast.cxx = CAREFUL;
    hook_family(module, facts, FAMILY_CXX, WORLD_CXX, WORLD_CXX_ARRAY);
    suspect(module); /* compilers inline operators whose body they see: malloc and free remain */
    return;
  }
  if (!plain->value && !facts->found[FUNCTION__ZdlPv].value) return;
  module->world_cxx = world_of_module(module, WORLD_KIND_CXX, WORLD_PRIVATE);
  module->world_cxx_array = world_of_module(module, WORLD_KIND_CXX_ARRAY, WORLD_PRIVATE);
  hook_family(module, facts, FAMILY_CXX, module->world_cxx, module->world_cxx_array);
  suspect(module);
}

const char *hook_names(struct module *module, const struct module_facts *facts) {
  static struct hook_request requests[FUNCTION_COUNT];
  const char *missed = NULL;
  size_t count = 0, refused;
  for (unsigned id = 1; id < FUNCTION_COUNT; id++) {
    uintptr_t address = module->base + facts->found[id].value;
    if (functions[id].family != FAMILY_VENDOR || !facts->found[id].value) continue;
    bool alias = hook_exists(address);
    for (size_t i = 0; i < count; i++) alias |= requests[i].address == address;
    if (!alias) requests[count++] = request_for(module, id, &facts->found[id], functions[id].world);
  }
  /* Each for itself: one that cannot be redirected is an entry that is not seen. */
  while (count && !hooks_apply(module, requests, count, &refused)) {
    if (!missed) missed = functions[requests[refused].function].name;
    memmove(&requests[refused], &requests[refused + 1], (--count - refused) * sizeof *requests);
  }
  for (size_t i = 0; i < count; i++) intercept_past((void *)requests[i].address, requests[i].hook->original);
  return missed;
}

static void adopt_own_malloc(struct module *module, const struct module_facts *facts) {
  if (!facts->found[FUNCTION_malloc].exported) return;
  process_worlds_own_malloc(module);
  if (hook_family(module, facts, FAMILY_C, WORLD_C, WORLD_C)) return;
  c_is_bypassed = true;
  ledger_gap(GAP_OWN_ALLOCATOR, module->id, "malloc");
}

void adopt_module(struct module *module) {
  static struct module_facts facts; /* one module at a time */
  bool ours = module->flags & (MODULE_RUNTIME | MODULE_VDSO);
  bool known = !ours && read_facts(module, &facts);
  if (known && facts.rust) module->flags |= MODULE_RUST;
  struct record_module *record = module_appeared(module);
  if (!known) return;
  if (module->flags & MODULE_EXECUTABLE) adopt_own_malloc(module, &facts);
  adopt_cxx(module, &facts);
  if (facts.rust) adopt_rust(module, &facts);
  adopt_entries(module, &facts);
  if (record) record->flags = module->flags;
}

void forget_module(struct module *module) {
  if (module->world_rust) {
    worlds[module->world_rust].rust_alloc = NULL;
    worlds[module->world_rust].rust_dealloc = NULL;
    worlds[module->world_rust].plain_release = NULL;
    worlds[module->world_rust].plain_allocate = NULL;
  }
  if (module->world_cxx) {
    worlds[module->world_cxx].plain_release = NULL;
    worlds[module->world_cxx].plain_allocate = NULL;
    worlds[module->world_cxx_array].plain_release = NULL;
    worlds[module->world_cxx_array].plain_allocate = NULL;
  }
  hooks_forget(module->id);
  if (!runtime_off) sites_forget(module->start, module->end);
  pairs_forget();
  module_went(module);
}
