/* An object from new is given to free.
 * expect: CF001 c++ -> c
 * acts: new free
 */
#include "specimen.h"
#include <cstdlib>

void fault() {
  auto *block = new int(7);
  free(hide(block));
}

void healthy() {
  auto *block = new int(7);
  delete hide(block);
}
