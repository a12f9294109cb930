#include "worlds.h"

#include <string.h>

#include "ledger.h"

struct world worlds[LEDGER_WORLDS];

/* Which module made a world, by build id or path: a module that comes back is the same world. */
static struct { uint64_t identity; uint32_t kind; } makers[LEDGER_WORLDS];
static uint32_t next_world = WORLD_FIRST_OF_MODULES;

static void record(uint32_t id, uint32_t module) {
  struct record_world *out = ledger_begin(RECORD_WORLD, sizeof *out);
  if (!out) return;
  out->id = id;
  out->kind = worlds[id].kind;
  out->module = module;
  out->flags = worlds[id].flags;
  ledger_commit(out);
}

AT_START void worlds_start(void) {
  worlds[WORLD_C].kind = WORLD_KIND_C;
  worlds[WORLD_C].rests_on_c = true;
  worlds[WORLD_CXX].kind = WORLD_KIND_CXX;
  worlds[WORLD_CXX_ARRAY].kind = WORLD_KIND_CXX_ARRAY;
  worlds[WORLD_LOOSE].kind = WORLD_KIND_C;
  worlds[WORLD_LOOSE].rests_on_c = true;
  worlds[WORLD_ANY].kind = WORLD_KIND_ANY;
  record(WORLD_C, 0);
  record(WORLD_CXX, 0);
  record(WORLD_CXX_ARRAY, 0);
  record(WORLD_LOOSE, 0);
  record(WORLD_ANY, 0);
}

static uint64_t identity_of(const struct module *module) {
  uint64_t hash = 14695981039346656037ull;
  const uint8_t *bytes = module->build_id ? module->build_id : (const uint8_t *)module->path;
  size_t length = module->build_id ? module->build_id_length : strlen(module->path);
  for (size_t i = 0; i < length; i++) hash = (hash ^ bytes[i]) * 1099511628211ull;
  /* Two copies of one file are two modules. */
  for (const char *at = module->path; *at; at++) hash = (hash ^ (uint8_t)*at) * 1099511628211ull;
  return hash;
}

AT_START uint32_t world_of_module(struct module *module, uint32_t kind, uint32_t flags) {
  uint64_t identity = identity_of(module);
  for (uint32_t id = WORLD_FIRST_OF_MODULES; id < next_world; id++)
    if (makers[id].identity == identity && makers[id].kind == kind) return id;
  if (next_world == WORLD_LOOSE) {
    if (!(ledger->flags & LEDGER_WORLDS_FULL)) ledger_gap(GAP_WORLDS_FULL, module->id, "");
    ledger->flags |= LEDGER_WORLDS_FULL;
    return WORLD_ANY;
  }
  uint32_t id = next_world++;
  makers[id].identity = identity;
  makers[id].kind = kind;
  worlds[id].kind = kind;
  worlds[id].flags = flags;
  record(id, module->id);
  return id;
}
