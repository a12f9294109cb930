/* A block from malloc is deleted as an object.
 * expect: CF001 c -> c++
 * acts: malloc delete
 */
#include "specimen.h"
#include <cstdlib>

void fault() {
  auto *block = static_cast<int *>(malloc(sizeof(int)));
  delete hide(block);
}

void healthy() {
  auto *block = static_cast<int *>(malloc(sizeof(int)));
  free(hide(block));
}
