#include "module_records.h"

#include <string.h>

#include "ledger.h"

/* Some module that is there was not told of, once. */
static bool put_off;

static struct record_module *write_module(struct module *module) {
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
  module->told = MODULE_THERE;
  return record;
}

/* Short: the ledger has the rest from the first time. */
static bool write_move(struct module *module, uint16_t type) {
  struct record_module_move *record = ledger_begin(type, sizeof *record);
  if (!record) return false;
  record->id = module->id;
  ledger_commit(record);
  return true;
}

static struct record_module *tell(struct module *module) {
  if (module->told == MODULE_UNTOLD) return write_module(module);
  if (module->told == MODULE_AWAY && write_move(module, RECORD_MODULE_BACK)) module->told = MODULE_THERE;
  return NULL;
}

/* Coming and going without end must leave room for what is found: in a ledger that is half full it is told of only where
 * an address needs it. */
struct record_module *module_appeared(struct module *module) {
  struct record_module *record = module->told == MODULE_UNTOLD || ledger_has_plenty() ? tell(module) : NULL;
  if (module->told != MODULE_THERE) put_off = true;
  return record;
}

void module_went(struct module *module) {
  if (module->told != MODULE_THERE) return;
  module->told = MODULE_AWAY;
  if (ledger_has_plenty()) write_move(module, RECORD_MODULE_GONE);
}

void modules_of_addresses(const uint64_t *addresses, size_t count) {
  if (likely(!put_off)) return;
  for (size_t i = 0; i < count; i++) {
    struct module *module = module_at(addresses[i] - 1);
    if (module && module->told != MODULE_THERE) tell(module);
  }
}

void modules_that_matter(const uint64_t *addresses, size_t count) {
  bool before = ledger_urgent;
  ledger_urgent = true;
  modules_of_addresses(addresses, count);
  ledger_urgent = before;
}
