/* An array of objects with destructors keeps its length before the first one: released as a single
 * object, a pointer behind that cookie is handed back.
 * expect: CF003 -> c++ where=interior offset=8
 * acts: new[] delete
 */
#include "specimen.h"

struct Item {
  long value = 7;
  ~Item() { hide(this); }
};

void fault() {
  Item *items = new Item[4];
  delete hide(items);
}

void healthy() {
  Item *items = new Item[4];
  delete[] hide(items);
}
