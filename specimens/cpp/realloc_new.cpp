/* An object from new is grown with realloc; from then on it is a C block.
 * expect: CF001 c++ -> c
 * acts: new realloc free
 */
#include "specimen.h"
#include <cstdlib>

void fault() {
  auto *block = new int(7);
  free(hide(realloc(hide(block), 64)));
}

void healthy() {
  auto *block = new int(7);
  delete hide(block);
}
