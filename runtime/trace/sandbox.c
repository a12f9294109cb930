/* A program that shuts itself into a sandbox: from then on its trace must do with what it has. */
#include "sandbox.h"

#include <stdarg.h>
#include <sys/prctl.h>

#include "../common.h"
#include "../modules.h"

static bool entered;

bool in_sandbox(void) { return entered; }

EXPORT int prctl(int operation, ...) {
  static int (*next)(int, ...);
  if (!next) next = (int (*)(int, ...))next_symbol("prctl");
  va_list list;
  va_start(list, operation);
  unsigned long a = va_arg(list, unsigned long), b = va_arg(list, unsigned long), c = va_arg(list, unsigned long),
                d = va_arg(list, unsigned long);
  va_end(list);
  if (operation == PR_SET_SECCOMP || (operation == PR_SET_NO_NEW_PRIVS && a)) entered = true;
  return next(operation, a, b, c, d);
}
