#include "locate.h"

#include <string.h>

#include "ledger.h"
#include "lock.h"
#include "ledger_format.h"
#include "maps.h"
#include "modules.h"
#include "system.h"

struct search {
  uintptr_t address;
  struct mapping found;
  bool done;
};

static bool look_for(const struct mapping *mapping, void *context) {
  struct search *search = context;
  if (search->address >= mapping->end) return true;
  if (search->address >= mapping->start) {
    search->found = *mapping;
    search->done = true;
  }
  return false;
}

static bool some_threads_stack(const struct mapping *mapping) {
  if (!ledger_active()) return false;
  const struct ledger_slot *slots = (const struct ledger_slot *)((const char *)ledger + LEDGER_HEADER_SIZE);
  for (unsigned i = 0; i < LEDGER_SLOTS; i++) {
    if (!slots[i].tid || slots[i].pid != own_pid()) continue;
    if (slots[i].stack_high < mapping->start || slots[i].stack_high >= mapping->end) continue;
    if (system_call(SYS_tgkill, slots[i].pid, slots[i].tid, 0) == 0) return true;
  }
  return false;
}

struct place_in_memory locate(uintptr_t address, uintptr_t stack_pointer) {
  struct place_in_memory place = {.where = WHERE_UNMAPPED};
  struct search search = {.address = address};
  const struct module *module = module_at(address);
  maps_each(look_for, &search);
  struct mapping mapping = search.found;
  if (search.done) {
    place.start = mapping.start;
    place.end = mapping.end;
    place.where = WHERE_MAPPED;
  } else if (!module) {
    return place;
  }
  if (module) {
    place.where = WHERE_STATIC;
    place.module = module->id;
    const char *name = strrchr(module->path, '/');
    place.loader = name && strncmp(name, "/ld-linux", 9) == 0;
    return place;
  }
  bool own = stack_pointer >= mapping.start && stack_pointer < mapping.end;
  if (mapping.stack || own || some_threads_stack(&mapping)) place.where = WHERE_STACK;
  return place;
}

bool looks_like_glibc_chunk(uintptr_t address, const struct place_in_memory *place) {
  if (address & 15 || place->where != WHERE_MAPPED || address < place->start + 16) return false;
  size_t word = *(const size_t *)(address - 8), size = word & ~(size_t)7;
  uintptr_t chunk = address - 16;
  if (size < 32 || size & 15) return false;
  if (word & 2) { /* a mapping of its own */
    size_t before = *(const size_t *)chunk;
    return ((chunk - before) & 4095) == 0 && ((before + size) & 4095) == 0 && chunk - before >= place->start;
  }
  if (chunk + size < chunk || chunk + size + 16 > place->end) return false;
  size_t next = *(const size_t *)(chunk + size + 8);
  return (next & 1) && (next & ~(size_t)7) >= 16 && chunk + size + (next & ~(size_t)7) <= place->end;
}
