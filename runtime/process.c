/* What happens to the whole process: fork, exit, exec, locked memory, odd ways of loading. */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common.h"
#include "fast.h"
#include "hook.h"
#include "ledger.h"
#include "modules.h"
#include "ownership.h"
#include "process.h"
#include "maps.h"
#include "shadow.h"
#include "system.h"

static int process_id;

static void after_fork_in_child(void) {
  int error = errno;
  ledger_forked_child(process_id);
  process_id = system_pid();
  errno = error;
}

static void at_exit(int code, void *nothing) {
  (void)nothing;
  ledger_exiting(code);
}

/* The next definition after us, as the loader would have it. */
static void *next_symbol(const char *name) {
  bool after_us = false;
  for (const struct link_map *map = _r_debug.r_map; map; map = map->l_next) {
    const struct module *module = module_of_map(map);
    if (!module) continue;
    uintptr_t address;
    if (after_us && (address = module_export(module, name))) return (void *)address;
    if (module->flags & MODULE_RUNTIME) after_us = true;
  }
  return NULL;
}

static __attribute__((noreturn)) void leave(const char *name, int code) {
  ledger_exiting(code);
  void (*next)(int) = (void (*)(int))next_symbol(name);
  if (next) next(code);
  for (;;) system_call(SYS_exit_group, code, 0, 0);
}

EXPORT __attribute__((noreturn)) void _exit(int code) { leave("_exit", code); }
EXPORT __attribute__((noreturn)) void _Exit(int code) { leave("_Exit", code); }

static bool lock_mapping(const struct mapping *mapping, void *nothing) {
  (void)nothing;
  if (!shadow_owns(mapping->start, mapping->end) && !ledger_owns(mapping->start, mapping->end))
    system_call(SYS_mlock, mapping->start, mapping->end - mapping->start, 0);
  return true;
}

/* Everything would be filled and locked, our untouched reservations too: lock all but them. */
EXPORT int mlockall(int flags) {
  static int (*next)(int);
  if (!next) next = (int (*)(int))next_symbol("mlockall");
  if (!next) return errno = ENOSYS, -1;
  if (!(flags & MCL_CURRENT) || (flags & MCL_ONFAULT)) return next(flags);
  int result = next(flags | MCL_ONFAULT);
  if (result != 0) return result;
  shadow_unlock();
  ledger_unlock();
  maps_each(lock_mapping, NULL);
  /* Without MCL_ONFAULT for what comes later, as was asked. */
  if (flags & MCL_FUTURE) next(MCL_FUTURE);
  return 0;
}

/* A tail call: the loader takes the caller, and with it its RUNPATH, from the return address. */
__attribute__((used)) static void *(*next_dlopen)(const char *, int);
__attribute__((used)) static void note_dlopen(int flags) {
  if ((flags & RTLD_DEEPBIND) && !c_is_bypassed) {
    c_is_bypassed = true;
    ledger_gap(GAP_DEEPBIND, 0, "");
  }
}
EXPORT void *dlopen(const char *file, int flags);
__asm__(".text\n.globl dlopen\n.type dlopen, @function\ndlopen:\n"
        ".cfi_startproc\n"
        "push %rdi\n.cfi_adjust_cfa_offset 8\n"
        "push %rsi\n.cfi_adjust_cfa_offset 8\n"
        "sub $8, %rsp\n.cfi_adjust_cfa_offset 8\n"
        "mov %esi, %edi\n"
        "call note_dlopen\n"
        "add $8, %rsp\n.cfi_adjust_cfa_offset -8\n"
        "pop %rsi\n.cfi_adjust_cfa_offset -8\n"
        "pop %rdi\n.cfi_adjust_cfa_offset -8\n"
        "jmp *next_dlopen(%rip)\n"
        ".cfi_endproc\n.size dlopen, . - dlopen\n");

/* The C library keeps what it says before it aborts. */
static void hooked_abort(struct hook *hook) {
  static struct abort_message { unsigned int size; char text[]; } **message;
  if (!message) message = next_symbol("__abort_msg");
  if (message && *message) {
    size_t length = strnlen((*message)->text, 1000);
    struct record_message record = {.text_length = (uint32_t)length};
    ledger_write_text(RECORD_MESSAGE, sizeof record, &record, (*message)->text, length);
  }
  ((void (*)(void))hook->original)();
}

static void watch_abort(void) {
  for (const struct link_map *map = _r_debug.r_map; map; map = map->l_next) {
    struct module *module = module_of_map(map);
    uintptr_t address;
    size_t size;
    if (!module || (module->flags & (MODULE_RUNTIME | MODULE_EXECUTABLE)) || !(address = module_export_sized(module, "abort", &size)))
      continue;
    struct hook_request request = {.address = address, .size = size, .wrapper = (void *)hooked_abort, .argument = 0};
    size_t refused;
    hooks_apply(module, &request, 1, &refused);
    return;
  }
}

extern int __register_atfork(void (*)(void), void (*)(void), void (*)(void), void *);
extern void *__dso_handle;

void process_start(void) {
  process_id = system_pid();
  next_dlopen = (void *(*)(const char *, int))next_symbol("dlopen");
  __register_atfork(NULL, NULL, after_fork_in_child, &__dso_handle);
  on_exit(at_exit, NULL);
  watch_abort();
}
