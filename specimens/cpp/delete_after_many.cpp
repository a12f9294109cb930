/* One place deletes a thousand objects of its own kind, then one that malloc handed out.
 * expect: CF001 c -> c++
 * acts: malloc new delete
 */
#include "specimen.h"
#include <cstdlib>

struct Pair {
  long one, two;
};

static __attribute__((noinline)) void drop(Pair *pair) { delete hide(pair); }

static void many() {
  for (int i = 0; i < 1000; i++) drop(new Pair{1, 2});
}

void fault() {
  many();
  drop(static_cast<Pair *>(malloc(sizeof(Pair))));
}

void healthy() {
  many();
  drop(new Pair{1, 2});
}
