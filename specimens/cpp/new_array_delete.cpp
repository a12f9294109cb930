/* An array is released as if it were a single object.
 * expect: CF001 c++[] -> c++
 * acts: new[] delete
 */
#include "specimen.h"


void fault() {
  auto *block = new int[16];
  delete hide(block);
}

void healthy() {
  auto *block = new int[16];
  delete[] hide(block);
}
