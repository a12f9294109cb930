/* A library has an operator new of its own, hidden from everybody else, which takes from a pool: its own
 * pair is healthy. The program's delete cannot take what comes from it.
 * expect: CF001 c++@libpool.so -> c++
 * faithful: crashes; the C library finds no block of its own there
 * library: parts/pool.cpp linked -Wl,--version-script=parts/pool.map
 * born: pool_make
 * acts: pool_make delete
 */
#include "specimen.h"

extern "C" long *pool_make();
extern "C" void pool_drop(long *);

void fault() { delete hide(pool_make()); }

void healthy() {
  long *first = hide(pool_make());
  pool_drop(hide(pool_make()));
  pool_drop(first);
}
