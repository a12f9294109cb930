/* A class without a copy constructor of its own is copied: both copies delete the same array, one of
 * them after the program has allocated other things.
 * expect: CF002 c++[] -> c++[]
 * acts: new[] delete[]
 */
#include "specimen.h"
#include <string>

struct Buffer {
  char *bytes = hide(new char[64]);
  ~Buffer() { delete[] hide(bytes); }
};

struct Owned : Buffer {
  Owned() = default;
  Owned(const Owned &) : Buffer{} {}
};

template <typename T> void copy() {
  T original;
  { T copy = original; }
  hide(new std::string(200, 'x'))->clear();
}

void fault() { copy<Buffer>(); }

void healthy() { copy<Owned>(); }
