#include "process_worlds.h"

#include "arrangement.h"
#include "careful.h"
#include "fast.h"
#include "intercept.h"
#include "loaded.h"
#include "provider.h"
#include "worlds.h"

static const char never;
struct fast fast __attribute__((aligned(64))) = {.alone = &never};

static const struct module *provider_cxx;
static uint32_t c_allocator;
static bool cxx_may_be_fast = true;

const struct module *process_worlds_cxx(void) { return provider_cxx; }

void process_worlds_late_cxx(const struct module *module) {
  if (provider_cxx) return;
  provider_cxx = module;
  fast.cxx = cxx_may_be_fast ? fast.c : CAREFUL;
  if (!worlds[WORLD_CXX].heap) record_provider(WORLD_CXX, module, c_allocator);
}

void process_worlds_careful(void) {
  fast.c = fast.cxx = CAREFUL;
  tcache_stop();
}

AT_START void process_worlds_own_malloc(struct module *module) {
  intercept_keep_real();
  c_is_glibc = false;
  process_worlds_careful();
  record_provider(WORLD_C, module, allocator_of(module));
}

static AT_START void record_arranged(uint32_t world, const struct allocator *at, const struct module *cxx) {
  if (at) record_provider(world, at->module, at->known);
  if (at) worlds[world].heap = at->module->id;
  else if (cxx && module_export(cxx, "malloc")) worlds[world].heap = cxx->id;
}

static AT_START const struct module *program(void) { return modules_count() ? module_loaded(0) : NULL; }

static AT_START bool program_defines(const char *name) { return program() && module_export(program(), name); }

/* glibc's own word for it. An executable may have a copy: which of the two glibc keeps true is a matter of its version. */
static AT_START const char *word_of_alone(void) {
  if (!program() || program_defines("__libc_single_threaded")) return &never;
  const char *word = libc_symbol("__libc_single_threaded");
  return word ? word : &never;
}

AT_START void process_worlds_start(bool glibc_is_tuned) {
  uintptr_t address;
  arrangement_start();
  struct allocator *c_at = arrangement_of_world(WORLD_C), *cxx_at = arrangement_of_world(WORLD_CXX),
                   *array_at = arrangement_of_world(WORLD_CXX_ARRAY);
  const struct module *c = c_at ? c_at->module : next_definition("malloc", &address);
  const struct module *cxx = provider_cxx = next_definition("_Znwm", &address);
  uint32_t allocator = c ? allocator_of(c) : ALLOCATOR_OTHER;
  c_is_glibc = allocator == ALLOCATOR_GLIBC;
  if (c) record_provider(WORLD_C, c, allocator);
  c_allocator = allocator;
  worlds[WORLD_C].heap = c ? c->id : 0;
  record_arranged(WORLD_CXX, cxx_at, cxx);
  record_arranged(WORLD_CXX_ARRAY, array_at, cxx);
  if (cxx && !cxx_at) record_provider(WORLD_CXX, cxx, module_named(cxx, "libstdc++.so") ? allocator : allocator_of(cxx));
  intercept_resolve();
  fast.alone = word_of_alone();
  /* Trying glibc's cache out takes a heap for glibc: not where the program's own malloc has the break for itself. */
  if (c_is_glibc && !glibc_is_tuned && !program_defines("malloc")) tcache_start(real_malloc, real_free);
  else tcache_stop();
  fast.c = allocator == ALLOCATOR_OTHER ? CAREFUL : c_is_glibc ? FAST : QUICK;
  fast.narrow_below = c_is_glibc ? NARROW_SPACED : NARROW_PLAIN;
  fast.c_word = live_word_of(WORLD_C);
  fast.layer = layers[c_is_glibc ? LAYER_SPACED : LAYER_PLAIN];
  cxx_may_be_fast = !cxx_at && !array_at;
  fast.cxx = cxx_may_be_fast && cxx && module_named(cxx, "libstdc++.so") ? fast.c : CAREFUL;
}
