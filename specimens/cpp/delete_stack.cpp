/* A smart pointer takes a local variable for its own.
 * expect: CF003 -> c++ where=stack
 * acts: delete
 */
#include "specimen.h"
#include <memory>

void fault() {
  long local = 7;
  std::unique_ptr<long> owner(hide(&local));
}

void healthy() {
  std::unique_ptr<long> owner(hide(new long(7)));
}
