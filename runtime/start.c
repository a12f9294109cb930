/* The runtime's start, before any constructor of the program (linked with -z initfirst). */
#include <errno.h>
#include <string.h>

#include "adopt.h"
#include "arrangement.h"
#include "careful.h"
#include "closing.h"
#include "crash/crash.h"
#include "environment.h"
#include "fastbins.h"
#include "findings.h"
#include "ids.h"
#include "inspection.h"
#include "ledger.h"
#include "loader.h"
#include "modules.h"
#include "overlaps.h"
#include "preserve.h"
#include "process.h"
#include "process_worlds.h"
#include "releases.h"
#include "relocate.h"
#include "reserve.h"
#include "shadow.h"
#include "sites.h"
#include "system.h"
#include "worlds.h"

/* Bytes of the ledger, by the room that there is. */
#define LARGEST_LEDGER ((size_t)64 << 20)
#define SMALL_LEDGER ((size_t)4 << 20)
#define LEAST_LEDGER ((size_t)192 << 10)

static int number(const char *text) {
  int value = 0;
  for (; text && *text >= '0' && *text <= '9'; text++) value = value * 10 + (*text - '0');
  return value;
}

/* For whoever suspects that we misread the C library's inside. */
static bool leaves_libc_alone(char **environment) {
  const char *inside = environment_value(environment, "CROSSFREE_LIBC_INTERNALS");
  return inside && strcmp(inside, "0") == 0;
}

static void no_module(struct module *module) { (void)module; }

/* What only the start-up needed of our own read-only file pages: they come back by themselves.
 * Inline: a function of its own would lie among them and bring its neighbours back. */
ALWAYS_INLINE void give_back_start_pages(void) {
  const struct module *own = module_at((uintptr_t)&on_finding);
  for (unsigned i = 0; own && i < own->header_count; i++) {
    const ElfW(Phdr) *header = &own->headers[i];
    if (header->p_type != PT_LOAD || (header->p_flags & PF_W)) continue;
    uintptr_t from = (own->base + header->p_vaddr) & ~(uintptr_t)4095, to = own->base + header->p_vaddr + header->p_memsz;
    system_advise((void *)from, to - from, MADV_DONTNEED);
  }
}

__attribute__((constructor)) static void start(int count, char **arguments, char **environment) {
  (void)count;
  (void)arguments;
  int error = errno;
  const char *directory = environment_value(environment, "CROSSFREE_LEDGER_DIR");
  const char *mode = environment_value(environment, "CROSSFREE_ON_FINDING");
  const char *code = environment_value(environment, "CROSSFREE_ERROR_EXITCODE");
  if (mode && strcmp(mode, "faithful") == 0) on_finding = ON_FINDING_FAITHFUL;
  if (mode && strcmp(mode, "stop") == 0) on_finding = ON_FINDING_STOP;
  if (code) stop_exit_code = number(code);
  shadow_start();
  ids_start();
  if (!modules_count()) modules_refresh(no_module, no_module);
  const char *preload = environment_value(environment, "LD_PRELOAD");
  if (!directory || (preload && strstr(preload, "/vgpreload_"))) {
    loading_start();
    runtime_off = true; /* nobody asks, or Valgrind is at work: both at once serve neither */
    errno = error;
    return;
  }
  enum reserve_kind room = reserve_start();
  ledger_open(directory, room == RESERVE_WHOLE ? LARGEST_LEDGER : room == RESERVE_SMALL ? SMALL_LEDGER : LEAST_LEDGER);
  if (room == RESERVE_NONE) {
    loading_start();
    leave_books_closed();
    ledger->flags |= LEDGER_READY;
    errno = error;
    return;
  }
  inspection_start(environment_value(environment, "CROSSFREE_INSPECT_HEAP"));
  if (!relocate_available()) ledger->flags |= LEDGER_NO_DECODER;
  preserve_start();
  site_table_start();
  worlds_start();
  process_start();
  process_worlds_start(environment_value(environment, "GLIBC_TUNABLES") != NULL || leaves_libc_alone(environment));
  fastbins_start(environment_value(environment, "MALLOC_PERTURB_") != NULL);
  modules_refresh(adopt_module, forget_module);
  for (size_t i = 0; i < modules_count(); i++) adopt_module(module_loaded(i));
  arrangement_report();
  overlaps_wanted = environment_value(environment, "CROSSFREE_OVERLAPS") != NULL;
  releases_start(environment_value(environment, "CROSSFREE_RECORD_RELEASES") != NULL, environment_value(environment, "CROSSFREE_SKIP_RELEASES"));
  if (overlaps_wanted || releases_watched || !shadow_has_leaves()) process_worlds_careful();
  loader_start();
  crash_start();
  give_back_start_pages();
  ledger->flags |= LEDGER_READY;
  errno = error;
}
