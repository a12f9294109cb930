/* A block from malloc is deleted as an array.
 * expect: CF001 c -> c++[]
 * acts: malloc delete[]
 */
#include "specimen.h"
#include <cstdlib>

void fault() {
  auto *block = static_cast<char *>(malloc(100));
  delete[] hide(block);
}

void healthy() {
  auto *block = static_cast<char *>(malloc(100));
  free(hide(block));
}
