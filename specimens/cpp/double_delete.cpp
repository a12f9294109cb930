/* An object is deleted twice in a row.
 * expect: CF002 c++ -> c++
 * acts: new delete delete
 */
#include "specimen.h"

void fault() {
  auto *object = new long(7);
  delete hide(object);
  delete hide(object);
}

void healthy() {
  auto *object = new long(7);
  delete hide(object);
}
