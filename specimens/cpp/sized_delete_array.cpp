/* A raw buffer is returned with the size that is in use, not the size that was asked for.
 * expect: CF004 c++[] -> c++[] expected=64 actual=40
 * acts: new[] delete[]
 */
#include "specimen.h"
#include <new>

static void use_and_return(size_t size) {
  void *buffer = operator new[](64);
  operator delete[](hide(buffer), size);
}

void fault() { use_and_return(40); }

void healthy() { use_and_return(64); }
