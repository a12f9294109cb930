/* The program's operator new carves an arena out of one malloc. The first object starts where the chunk
 * starts; objects are never returned; the chunk goes back with free, though an object starts there.
 * expect: none
 */
#include "specimen.h"
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

static char *chunk;
static size_t used;

__attribute__((noinline)) void *operator new(size_t size) {
  if (!chunk) chunk = static_cast<char *>(malloc(1 << 20));
  void *object = chunk + used;
  used += (size + 15) & ~size_t{15};
  return hide(object);
}

__attribute__((noinline)) void operator delete(void *object) noexcept { hide(object); }
void operator delete(void *object, size_t) noexcept { operator delete(object); }

static void fill() {
  std::vector<std::string> texts;
  for (int i = 0; i < 100; i++) texts.emplace_back(40 + i, 'y');
}

void healthy() {
  hide(new std::string(64, 'x'));
  fill();
  free(hide(chunk));
  chunk = nullptr, used = 0;
  fill(); /* the next chunk may lie where the last one lay */
  free(hide(chunk));
}
