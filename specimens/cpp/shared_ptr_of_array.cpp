/* shared_ptr<char> of an array releases it with the scalar delete.
 * expect: CF001 c++[] -> c++
 * acts: new[]
 * died: fault
 */
#include "specimen.h"
#include <memory>

void fault() {
  std::shared_ptr<char> bytes(hide(new char[100]));
}

void healthy() {
  std::shared_ptr<char[]> bytes(hide(new char[100]));
}
