/* Takes in what rustc made: finds the allocation shims, or what optimisers left of them. */
#include <string.h>

#include "adopt_parts.h"
#include "arrangement.h"
#include "ledger.h"
#include "shape.h"
#include "worlds.h"

#define RUST_SHIMS 4
static const unsigned rust_shims[RUST_SHIMS] = {FUNCTION___rust_alloc, FUNCTION___rust_alloc_zeroed,
                                                FUNCTION___rust_dealloc, FUNCTION___rust_realloc};

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

/* What the whole process calls is not Rust's own. */
static bool has_embedded(const struct module_facts *facts) {
  if (facts->found[FUNCTION_malloc].exported) return false;
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

void adopt_rust(struct module *module, struct module_facts *facts) {
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
