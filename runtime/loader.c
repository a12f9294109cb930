#include "loader.h"

#include <errno.h>

#include "adopt.h"
#include "hook.h"
#include "ledger.h"
#include "loaded.h"
#include "modules.h"

/* What the loader calls for debuggers whenever its list changed: mapped, but nothing of it has run. */
static void hooked_debug_state(struct hook *hook) {
  int error = errno;
  (void)hook; /* the function itself is empty, and what stood there may have been a debugger's breakpoint */
  if (loader_state()->r_state == RT_CONSISTENT) modules_refresh(adopt_module, forget_module);
  errno = error;
}

static bool loader_is_blind;

void loader_look(void) {
  static int looking;
  if (!loader_is_blind || __atomic_exchange_n(&looking, 1, __ATOMIC_ACQUIRE)) return;
  modules_refresh(adopt_module, forget_module);
  __atomic_store_n(&looking, 0, __ATOMIC_RELEASE);
}

void loader_start(void) {
  struct module *loader = module_at((uintptr_t)loader_state()->r_brk);
  struct hook_request request = {
      .address = (uintptr_t)loader_state()->r_brk, .size = 1, .wrapper = (void *)hooked_debug_state, .argument = 0,
  };
  const uint8_t *code = (const uint8_t *)request.address;
  /* A debugger's breakpoint is there already, and it will put its own bytes back one day. */
  if (code[0] == 0xcc) {
    loader_is_blind = true;
    ledger_gap(GAP_NO_LOADER_EVENTS, 0, "");
    return;
  }
  while (code[request.size - 1] != 0xc3 && request.size < 16) request.size++;
  size_t refused;
  loader_is_blind = true;
  if (!loader || !hooks_apply(loader, &request, 1, &refused)) ledger_gap(GAP_NO_LOADER_EVENTS, 0, "");
  else loader_is_blind = false;
}
