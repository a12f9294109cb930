#include "adopt.h"

#include <string.h>

#include "arrangement.h"
#include "fast.h"
#include "hook.h"
#include "intercept.h"
#include "ledger.h"
#include "modules.h"
#include "ownership.h"
#include "provider.h"
#include "shape.h"
#include "sites.h"
#include "symbols.h"
#include "worlds.h"

#define RUST_SHIMS 4
static const unsigned rust_shims[RUST_SHIMS] = {FUNCTION___rust_alloc, FUNCTION___rust_alloc_zeroed,
                                                FUNCTION___rust_dealloc, FUNCTION___rust_realloc};

static struct record_module *record_module(const struct module *module) {
  size_t path = strlen(module->path);
  struct record_module *record = ledger_begin(RECORD_MODULE, sizeof *record + path + module->build_id_length);
  if (!record) return NULL;
  record->id = module->id;
  record->flags = module->flags;
  record->base = module->base;
  record->start = module->start;
  record->end = module->end;
  record->path_length = (uint32_t)path;
  record->build_id_length = module->build_id_length;
  memcpy(record + 1, module->path, path);
  memcpy((char *)(record + 1) + path, module->build_id, module->build_id_length);
  ledger_commit(record);
  return record;
}

static struct hook_request request_for(const struct module *module, unsigned id, const struct symbol *symbol, uint32_t world) {
  const struct function *function = &functions[id];
  return (struct hook_request){
      .address = module->base + symbol->value, .size = symbol->size, .wrapper = function->hooked,
      .argument = function->arguments, .world = world, .function = id,
      .preserve = function->family != FAMILY_RUST, /* rustc does not look into functions this way */
  };
}

/* Calls of malloc and free out of this module are told apart after the run. */
static void suspect(struct module *module) {
  module->world_undetermined = world_of_module(module, WORLD_KIND_UNDETERMINED, 0);
  uintptr_t low = fast.suspect_size ? fast.suspect_low : module->start;
  uintptr_t high = fast.suspect_size ? fast.suspect_low + fast.suspect_size : module->end;
  if (module->start < low) low = module->start;
  if (module->end > high) high = module->end;
  fast.suspect_size = 0;
  fast.suspect_low = low;
  fast.suspect_size = high - low;
  fast.suspects = true;
}

static bool same_body(const struct module_facts *facts, unsigned one, unsigned other) {
  return facts->found[one].value && facts->found[one].value == facts->found[other].value;
}

/* Redirects every function of one family that the module defines. */
static bool hook_family(struct module *module, const struct module_facts *facts, enum family family, uint32_t world,
                        uint32_t world_array) {
  struct hook_request requests[FUNCTION_COUNT];
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

static void hooked_rust(struct module *module, const struct hook_request *requests, size_t count) {
  struct world *world = &worlds[module->world_rust];
  for (size_t i = 0; i < count; i++) {
    if (requests[i].function == FUNCTION___rust_alloc) world->rust_alloc = (void *(*)(size_t, size_t))requests[i].hook->original;
    if (requests[i].function == FUNCTION___rust_dealloc)
      world->rust_dealloc = (void (*)(void *, size_t, size_t))requests[i].hook->original;
    if (requests[i].plain) world->rests_on_c = true;
  }
}

/* The shims lead straight to the default allocator, which is malloc. */
static bool is_plain(const struct module *module, const struct module_facts *facts, unsigned shim) {
  const struct symbol *symbol = &facts->found[rust_shims[shim]], *target = &facts->rust_default[shim];
  return target->value &&
         lone_jump_target(module->base + symbol->value, symbol->size) == module->base + target->value;
}

/* It calls a function that every optimised build inlines. */
static bool is_unoptimised(const struct module *module, const struct module_facts *facts, const struct symbol *shim) {
  const uint8_t *code = (const uint8_t *)(module->base + shim->value);
  for (size_t at = 0; at + 5 <= shim->size; at++) {
    int32_t distance;
    memcpy(&distance, code + at + 1, sizeof distance);
    uintptr_t target = shim->value + at + 5 + (uintptr_t)(intptr_t)distance;
    for (int i = 0; code[at] == 0xe8 && i < 4; i++)
      if (facts->layout_makers[i] == target) return true;
  }
  return false;
}

/* A lone jump to the allocator's symbol: nothing of it can have been inlined elsewhere. */
static bool is_intact(const struct module *module, const struct module_facts *facts, unsigned shim) {
  const struct symbol *symbol = &facts->found[rust_shims[shim]];
  uintptr_t target = lone_jump_target(module->base + symbol->value, symbol->size);
  if (!target) return is_unoptimised(module, facts, symbol);
  return target == module->base + facts->rust_default[shim].value || target == module->base + facts->rust_own[shim].value;
}

static bool has_jemalloc(const struct module_facts *facts) {
  return facts->found[FUNCTION__rjem_malloc].value || facts->found[FUNCTION__rjem_mallocx].value;
}

static bool has_embedded(const struct module_facts *facts) {
  return has_jemalloc(facts) || facts->found[FUNCTION_mi_malloc].value || facts->found[FUNCTION_mi_malloc_aligned].value;
}

/* jemalloc's sdallocx is told the size; mimalloc's free is not, so inlined releases state no layout. */
static bool states_sizes(const struct module_facts *facts) { return has_jemalloc(facts); }

/* The allocator that a Rust module has inside, if it is one that we know by its functions. */
static bool adopt_embedded(struct module *module, const struct module_facts *facts) {
  if (!has_embedded(facts)) return false;
  enum family family = has_jemalloc(facts) ? FAMILY_EMBEDDED : FAMILY_VENDOR;
  if (!hook_family(module, facts, family, module->world_rust, module->world_rust)) return false;
  worlds[module->world_rust].layered = true;
  worlds[module->world_rust].own_heap = true;
  return true;
}

static void adopt_rust(struct module *module, struct module_facts *facts) {
  struct hook_request requests[RUST_SHIMS];
  size_t count = 0, refused, plain = 0;
  for (unsigned i = 0; i < RUST_SHIMS; i++)
    if (facts->found[rust_shims[i]].value) count++;
  bool whole = count == RUST_SHIMS;
  if (count == 0 && facts->imports_shims) return;
  bool guessed = count == 0 && !facts->has_symbols && find_shims_by_shape(module, facts);
  if (guessed) {
    count = RUST_SHIMS;
    whole = true;
    module->flags |= MODULE_SHIMS_GUESSED | MODULE_STRIPPED;
    ledger_gap(GAP_STRIPPED, module->id, "");
  }
  bool embedded = false;
  if (count == 0 && has_embedded(facts)) {
    module->world_rust = world_of_module(module, WORLD_KIND_RUST, 0);
    if (adopt_embedded(module, facts)) {
      module->flags |= MODULE_SHIMS_HOOKED;
      if (!states_sizes(facts)) ledger_gap(GAP_SHIMS_PARTIAL, module->id, "");
      arrangement_of_rust(module, requests, 0, false, false);
      return;
    }
  }
  for (unsigned i = 0; i < RUST_SHIMS; i++) whole = whole && is_intact(module, facts, i);
  if (count) {
    module->world_rust = world_of_module(module, WORLD_KIND_RUST, guessed ? WORLD_GUESSED : 0);
    count = 0;
    for (unsigned i = 0; i < RUST_SHIMS; i++) {
      const struct symbol *symbol = &facts->found[rust_shims[i]];
      if (!symbol->value) continue;
      requests[count] = request_for(module, rust_shims[i], symbol, module->world_rust);
      if (is_plain(module, facts, i)) plain++;
      count++;
    }
    for (size_t i = 0; i < count; i++) requests[i].plain = plain == RUST_SHIMS;
    bool movable = whole && !guessed;
    if (plain != RUST_SHIMS) embedded = adopt_embedded(module, facts);
    if (embedded && !whole && !states_sizes(facts)) {
      module->flags |= MODULE_SHIMS_PARTIAL;
      ledger_gap(GAP_SHIMS_PARTIAL, module->id, "");
    }
    whole = whole || embedded;
    worlds[module->world_rust].dissolved = !whole;
    if (hooks_apply(module, requests, count, &refused)) {
      arrangement_of_rust(module, requests, count, movable, !has_embedded(facts) && !facts->rust_own[0].value);
      hooked_rust(module, requests, count);
      module->flags |= whole ? MODULE_SHIMS_HOOKED : MODULE_SHIMS_PARTIAL;
    } else {
      whole = false;
      worlds[module->world_rust].dissolved = true;
      ledger_gap(GAP_NOT_HOOKED, module->id, functions[requests[refused].function].name);
    }
  }
  if (whole) return;
  if (!count && (facts->calls_c || has_embedded(facts))) arrangement_of_rust(module, requests, 0, false, false);
  if (!count && !facts->calls_c) return;
  if (facts->has_symbols) module->flags |= MODULE_SHIMS_PARTIAL;
  else module->flags |= MODULE_STRIPPED;
  suspect(module);
  ledger_gap(facts->has_symbols ? GAP_SHIMS_PARTIAL : GAP_STRIPPED, module->id, "");
}

static void adopt_cxx(struct module *module, const struct module_facts *facts) {
  const struct symbol *plain = &facts->found[FUNCTION__Znwm];
  /* One body for free and delete: what a call of it means cannot be told. */
  if (plain->value && same_body(facts, FUNCTION_free, FUNCTION__ZdlPv)) {
    fast.cxx = false;
    hook_family(module, facts, FAMILY_CXX, WORLD_C, WORLD_C);
    return;
  }
  bool executable = module->flags & MODULE_EXECUTABLE;
  if (module_named(module, "libstdc++.so")) {
    intercept_late_cxx(module);
    return;
  }
  /* An allocator's library: its operators are reached by symbol, and often are malloc and free themselves. */
  if (!executable && module_export(module, "malloc")) return;
  bool everybodys = executable ? plain->exported || !plain->value || !intercept_provider_cxx()
                               : module == intercept_provider_cxx();
  if (everybodys) {
    bool any = false;
    for (unsigned id = 1; id < FUNCTION_COUNT; id++) any |= functions[id].family == FAMILY_CXX && facts->found[id].value;
    if (!any) return;
    fast.cxx = false;
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

static void adopt_own_malloc(struct module *module, const struct module_facts *facts) {
  if (!facts->found[FUNCTION_malloc].exported) return;
  intercept_own_malloc(module);
  if (!facts->has_symbols) {
    /* Its own code may call its allocator past the entries that it exports, and we would not know. */
    c_is_bypassed = true;
    ledger_gap(GAP_OWN_ALLOCATOR, module->id, "malloc");
  }
  if (hook_family(module, facts, FAMILY_C, WORLD_C, WORLD_C)) return;
  c_is_bypassed = true;
  ledger_gap(GAP_OWN_ALLOCATOR, module->id, "malloc");
}

void adopt_module(struct module *module) {
  struct module_facts facts;
  bool ours = module->flags & (MODULE_RUNTIME | MODULE_VDSO);
  bool known = !ours && read_facts(module, &facts);
  if (known && facts.rust) module->flags |= MODULE_RUST;
  struct record_module *record = record_module(module);
  if (!known) return;
  if (module->flags & MODULE_EXECUTABLE) adopt_own_malloc(module, &facts);
  adopt_cxx(module, &facts);
  if (facts.rust) adopt_rust(module, &facts);
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
  sites_forget(module->start, module->end);
  struct record_module_gone *record = ledger_begin(RECORD_MODULE_GONE, sizeof *record);
  if (!record) return;
  record->id = module->id;
  ledger_commit(record);
}
