/* An object is made in one thread and freed in another, by the wrong routine.
 * expect: CF001 c++ -> c
 * born: worker
 * acts: free
 */
#include "specimen.h"
#include <cstdlib>
#include <thread>

static long *made;

__attribute__((noinline)) static void worker() { made = hide(new long(7)); }

static long *make_elsewhere() {
  std::thread(worker).join();
  return hide(made);
}

void fault() { free(make_elsewhere()); }

void healthy() { delete make_elsewhere(); }
