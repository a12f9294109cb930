/* What happens to the whole process: fork, exit, abort. */
#include "process.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "hook.h"
#include "ids.h"
#include "inspection.h"
#include "ledger.h"
#include "loaded.h"
#include "modules.h"
#include "system.h"

void (*process_before_exit)(void);
void (*process_after_fork)(void);
void (*process_after_vfork)(void);

static void after_fork_in_child(void) {
  int error = errno;
  int parent = own_process;
  ids_forked_child();
  ledger_forked_child(parent);
  if (process_after_fork) process_after_fork();
  errno = error;
}

static void at_exit(int code, void *nothing) {
  (void)nothing;
  if (process_before_exit) process_before_exit();
  inspection_wait();
  ledger_exiting(code);
}

static __attribute__((noreturn)) void leave(const char *name, int code) {
  if (process_before_exit) process_before_exit();
  inspection_wait();
  ledger_exiting(code);
  void (*next)(int) = (void (*)(int))next_symbol(name);
  if (next) next(code);
  for (;;) system_call(SYS_exit_group, code, 0, 0);
}

EXPORT __attribute__((noreturn)) void _exit(int code) { leave("_exit", code); }
EXPORT __attribute__((noreturn)) void _Exit(int code) { leave("_Exit", code); }

/* AddressSanitizer insists on being the first library, and asks this before it looks. */
EXPORT const char *__asan_default_options(void) { return "verify_asan_link_order=0"; }

/* The C library keeps what it says before it aborts. */
static void hooked_abort(struct hook *hook) {
  static struct abort_message { unsigned int size; char text[]; } **message;
  if (!message) message = libc_symbol("__abort_msg");
  if (message && *message) {
    size_t length = strnlen((*message)->text, 1000);
    struct record_message record = {.text_length = (uint32_t)length};
    ledger_write_text(RECORD_MESSAGE, sizeof record, &record, (*message)->text, length);
  }
  ((void (*)(void))hook->original)();
}

static void watch_abort(void) {
  size_t size;
  struct module *module = module_at((uintptr_t)libc_symbol("abort"));
  uintptr_t address = module ? module_export_sized(module, "abort", &size) : 0;
  if (!address) return;
  struct hook_request request = {.address = address, .size = size, .wrapper = (void *)hooked_abort, .argument = 0};
  size_t refused;
  hooks_apply(module, &request, 1, &refused);
}

void process_start(void) {
  loading_start();
  call_in_forked_child(after_fork_in_child);
  call_at_exit(at_exit);
  watch_abort();
}
