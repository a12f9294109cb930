/* A library whose objects come from a pool of its own. */
#include <cstddef>

static char pool[64][64] __attribute__((aligned(64)));
static bool taken[64];

__attribute__((noinline)) void *operator new(size_t) {
  int i = 0;
  while (taken[i]) i++;
  taken[i] = true;
  return pool[i];
}

__attribute__((noinline)) void operator delete(void *object) noexcept {
  taken[(static_cast<char *>(object) - pool[0]) / 64] = false;
}

__attribute__((noinline)) void operator delete(void *object, size_t) noexcept { operator delete(object); }

extern "C" __attribute__((noinline)) long *pool_make() {
  long *object = new long(7);
  __asm__ volatile("" : "+r"(object) : : "memory");
  return object;
}

extern "C" void pool_drop(long *object) { delete object; }
