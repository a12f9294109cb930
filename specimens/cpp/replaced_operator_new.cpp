/* The program replaces operator new and delete by counting ones on top of malloc: they are a pair of
 * their own, whatever they call.
 * expect: CF001 c++ -> c
 * acts: new free
 */
#include "specimen.h"
#include <cstdlib>
#include <new>

static long live;

__attribute__((noinline)) void *operator new(size_t size) {
  live++;
  if (void *block = malloc(size)) return block;
  throw std::bad_alloc();
}

__attribute__((noinline)) void operator delete(void *block) noexcept { live--, free(hide(block)); }
void operator delete(void *block, size_t) noexcept { operator delete(block); }

void fault() { free(hide(new long(7))); }

void healthy() { delete hide(new long(7)); }
