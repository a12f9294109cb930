#include "loader.h"

#include <errno.h>

#include "adopt.h"
#include "hook.h"
#include "ledger.h"
#include "modules.h"

/* What the loader calls for debuggers whenever its list changed: mapped, but nothing of it has run. */
static void hooked_debug_state(struct hook *hook) {
  int error = errno;
  ((void (*)(void))hook->original)();
  if (_r_debug.r_state == RT_CONSISTENT) modules_refresh(adopt_module, forget_module);
  errno = error;
}

void loader_start(void) {
  struct module *loader = module_at((uintptr_t)_r_debug.r_brk);
  struct hook_request request = {
      .address = (uintptr_t)_r_debug.r_brk, .size = 1, .wrapper = (void *)hooked_debug_state, .argument = 0,
  };
  const uint8_t *code = (const uint8_t *)request.address;
  while (code[request.size - 1] != 0xc3 && request.size < 16) request.size++;
  size_t refused;
  if (!loader || !hooks_apply(loader, &request, 1, &refused)) ledger_gap(GAP_NO_LOADER_EVENTS, 0, "");
}
