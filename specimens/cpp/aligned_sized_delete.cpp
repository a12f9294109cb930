/* An over-aligned derived object is deleted through its over-aligned base.
 * expect: CF004 c++ -> c++ expected=128/64 actual=64/64
 * acts: new delete
 */
#include "specimen.h"

struct alignas(64) Base { Base() {} long id = 1; };
struct alignas(64) Derived : Base { long more[14] = {}; };

void fault() {
  Base *object = new Derived;
  delete hide(object);
}

void healthy() {
  Derived *object = new Derived;
  delete hide(object);
}
