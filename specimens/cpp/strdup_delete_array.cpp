/* A string from strdup is deleted as an array.
 * expect: CF001 c -> c++[]
 * acts: strdup delete[]
 */
#include "specimen.h"
#include <cstdlib>
#include <cstring>

void fault() {
  auto *block = strdup("a copied string");
  delete[] hide(block);
}

void healthy() {
  auto *block = strdup("a copied string");
  free(hide(block));
}
