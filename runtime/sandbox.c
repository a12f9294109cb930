/* A program that shuts itself into a sandbox: what we may still do there. */
#include <stdarg.h>
#include <sys/prctl.h>

#include "common.h"
#include "ledger.h"
#include "modules.h"
#include "process.h"

/* Before a seccomp filter, what writing more would need is done; afterwards nothing asks the kernel. */
EXPORT int prctl(int operation, ...) {
  static int (*next)(int, ...);
  if (!next) next = (int (*)(int, ...))next_symbol("prctl");
  va_list list;
  va_start(list, operation);
  unsigned long a = va_arg(list, unsigned long), b = va_arg(list, unsigned long), c = va_arg(list, unsigned long),
                d = va_arg(list, unsigned long);
  va_end(list);
  if (operation == PR_SET_SECCOMP || (operation == PR_SET_NO_NEW_PRIVS && a)) {
    ledger_claim_slot();
    if (process_before_sandbox) process_before_sandbox();
    ledger_freeze();
  }
  return next(operation, a, b, c, d);
}
