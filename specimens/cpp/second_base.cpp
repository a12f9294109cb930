/* An object is deleted through its second base, which has no virtual destructor: the pointer lies
 * inside the object.
 * expect: CF003 -> c++ where=interior offset=8
 * acts: new delete
 */
#include "specimen.h"

struct First { long one = 1; };
struct Second { long two = 2; };
struct Both : First, Second {};

void fault() {
  Second *object = new Both;
  delete hide(object);
}

void healthy() {
  Second *object = new Both;
  delete static_cast<Both *>(hide(object));
}
