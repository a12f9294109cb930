/* A single object is released as if it were an array.
 * expect: CF001 c++ -> c++[]
 * acts: new delete[]
 */
#include "specimen.h"


void fault() {
  auto *block = new int(7);
  delete[] hide(block);
}

void healthy() {
  auto *block = new int(7);
  delete hide(block);
}
