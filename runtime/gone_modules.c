#include "gone_modules.h"

#include <string.h>

#include "reserve.h"

/* So many are known again. Beyond that the one that went first makes room: whoever still has it in hand asked for an address
 * in a module that was unloaded meanwhile. */
#define GONE_KEPT 4096
#define BUCKETS 1024

static struct module *buckets[BUCKETS];
static struct module *oldest, *newest;
static unsigned kept;

static struct module **bucket_of(const struct module *module) {
  return &buckets[((module->base ^ module->shape) * 0x9E3779B97F4A7C15ull) >> 54];
}

static void take_out(struct module *module) {
  struct module **at = bucket_of(module);
  while (*at != module) at = &(*at)->alike;
  *at = module->alike;
  *(module->older ? &module->older->newer : &oldest) = module->newer;
  *(module->newer ? &module->newer->older : &newest) = module->older;
  kept--;
}

void module_is_gone(struct module *module) {
  struct module **bucket = bucket_of(module);
  module->alike = *bucket;
  *bucket = module;
  module->older = newest;
  module->newer = NULL;
  *(newest ? &newest->newer : &oldest) = module;
  newest = module;
  kept++;
}

struct module *gone_module_like(const struct module *read) {
  for (struct module *module = *bucket_of(read); module; module = module->alike) {
    if (module->base != read->base || module->shape != read->shape || strcmp(module->path, read->path) != 0) continue;
    take_out(module);
    struct module back = *read;
    back.id = module->id;
    back.told = module->told;
    back.path = module->path;
    back.path_room = module->path_room;
    back.path_size = module->path_size;
    *module = back;
    return module;
  }
  return NULL;
}

struct module *module_memory(const struct module *read) {
  struct module *module = kept > GONE_KEPT ? oldest : own_memory(sizeof *module);
  if (!module) return NULL;
  if (kept > GONE_KEPT) take_out(module);
  struct module made = *read;
  size_t size = strlen(read->path) + 1;
  made.path_room = module->path_room;
  made.path_size = module->path_size;
  if (size > made.path_size) {
    made.path_size = 128;
    while (made.path_size < size) made.path_size *= 2;
    if (!(made.path_room = own_memory(made.path_size))) made.path_size = 0;
  }
  if (made.path_size) memcpy(made.path_room, read->path, size);
  made.path = made.path_size ? made.path_room : "";
  *module = made;
  return module;
}
