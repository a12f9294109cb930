/* The tracing library's start, before any constructor of the program; and what it does without. */
#include <errno.h>
#include <string.h>

#include "../adopt.h"
#include "../careful.h"
#include "../entries.h"
#include "../environment.h"
#include "../ledger.h"
#include "../loader.h"
#include "../ids.h"
#include "../preserve.h"
#include "../process.h"
#include "../process_worlds.h"
#include "../reserve.h"
#include "writer.h"

/* Nobody asks here who owns a block: intercept.c and adopt.c find these unused. */
struct layer layers[LAYERS];
void shadow_start(void) { reserve_start(); }
bool c_is_glibc, c_is_bypassed, cxx_in_allocator, runtime_off;
uint32_t own_allocator_module;
enum sight c_sight;

#define LARGEST_LEDGER ((size_t)64 << 20)

static void no_module(struct module *module) { (void)module; }

__attribute__((constructor)) static void start(int count, char **arguments, char **environment) {
  (void)count;
  (void)arguments;
  int error = errno;
  const char *directory = environment_value(environment, "CROSSFREE_LEDGER_DIR");
  const char *most = environment_value(environment, "CROSSFREE_TRACE_LIMIT");
  uint64_t limit = 0;
  for (; most && *most >= '0' && *most <= '9'; most++) limit = limit * 10 + (uint64_t)(*most - '0');
  if (!modules_count()) modules_refresh(no_module, no_module);
  const char *preload = environment_value(environment, "LD_PRELOAD");
  if (!directory || (preload && strstr(preload, "/vgpreload_"))) {
    loading_start();
    errno = error;
    return;
  }
  ids_start();
  reserve_start();
  ledger_open(directory, LARGEST_LEDGER);
  preserve_start();
  site_table_start();
  worlds_start();
  process_start();
  process_worlds_start(true); /* its short paths are not ours */
  modules_refresh(adopt_module, forget_module);
  for (size_t i = 0; i < modules_count(); i++) adopt_module(module_loaded(i));
  loader_start();
  trace_start(directory, limit ? limit : 2ull << 30);
  ledger->flags |= LEDGER_READY;
  errno = error;
}
