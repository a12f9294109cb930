/* An array from new[] is given to free.
 * expect: CF001 c++[] -> c
 * acts: new[] free
 */
#include "specimen.h"
#include <cstdlib>

void fault() {
  auto *block = new char[100];
  free(hide(block));
}

void healthy() {
  auto *block = new char[100];
  delete[] hide(block);
}
