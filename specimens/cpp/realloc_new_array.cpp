/* An array from new[] is grown with realloc; from then on it is a C block.
 * expect: CF001 c++[] -> c
 * acts: new[] realloc free
 */
#include "specimen.h"
#include <cstdlib>

void fault() {
  auto *block = new char[100];
  free(hide(realloc(hide(block), 200)));
}

void healthy() {
  auto *block = new char[100];
  delete[] hide(block);
}
