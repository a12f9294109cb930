/* A derived object is deleted through a base that has no virtual destructor: the sized delete states
 * the size of the base.
 * expect: CF004 c++ -> c++ expected=64 actual=8
 * acts: new delete
 */
#include "specimen.h"

struct Base { long id = 1; };
struct Derived : Base { long more[7] = {}; };

void fault() {
  Base *object = new Derived;
  delete hide(object);
}

void healthy() {
  Derived *object = new Derived;
  delete hide(object);
}
