/* The buffer of a std::string is freed by C: it came from operator new, inside the allocator.
 * expect: CF001 c++ -> c
 * acts: free
 */
#include "specimen.h"
#include <cstdlib>
#include <new>
#include <string>

void fault() {
  alignas(std::string) static char place[sizeof(std::string)];
  auto *text = new (place) std::string(100, 'x'); /* its destructor never runs */
  free(hide(text->data()));
}

void healthy() {
  std::string text(100, 'x');
  hide(text.data());
}
