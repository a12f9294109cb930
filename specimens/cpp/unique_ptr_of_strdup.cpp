/* unique_ptr deletes what the C library allocated.
 * expect: CF001 c -> c++
 * acts: strdup delete
 */
#include "specimen.h"
#include <cstdlib>
#include <cstring>
#include <memory>

void fault() {
  std::unique_ptr<char> text(hide(strdup("a copied string")));
}

void healthy() {
  std::unique_ptr<char, decltype(&free)> text(hide(strdup("a copied string")), free);
}
