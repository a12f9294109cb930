/* The same place deletes blocks by their right size, then one by a size that is 16 MiB larger.
 * expect: CF004 c++ -> c++ expected=100 actual=16777316
 * acts: new delete
 */
#include "specimen.h"
#include <cstddef>
#include <new>

static __attribute__((noinline)) void give_back(void *block, std::size_t size) { ::operator delete(hide(block), size); }

static void many() {
  for (int i = 0; i < 1000; i++) give_back(::operator new(100), 100);
}

void fault() {
  many();
  give_back(::operator new(100), 100 + (std::size_t{1} << 24));
}

void healthy() {
  many();
  give_back(::operator new(100), 100);
}
