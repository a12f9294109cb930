/* A singleton that is a static variable is deleted at the end.
 * expect: CF003 -> c++ where=static
 * acts: delete
 */
#include "specimen.h"

struct Service { long state[8] = {1}; };

static Service &instance() {
  static Service service;
  return service;
}

void fault() { delete hide(&instance()); }

void healthy() { hide(&instance()); }
