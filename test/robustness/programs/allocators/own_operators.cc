// Replaces operator new and delete: with -DWHOLE=1 on a heap of its own, else around malloc, as many programs
// do. In an executable, exported; in a library, hidden.
#include "own_malloc.h"
#include <cstdio>
#include <new>

static long news;
#if WHOLE
static void *take(std::size_t size, std::size_t alignment = 16) { return news++, own_take(alignment, size); }
static void give(void *block) { own_give(block); }
#else
static void *take(std::size_t size, std::size_t alignment = 16) {
  news++;
  return alignment > 16 ? aligned_alloc(alignment, (size + alignment - 1) & ~(alignment - 1)) : malloc(size ? size : 1);
}
static void give(void *block) { free(block); }
#endif
void *operator new(std::size_t size) { return take(size); }
void *operator new[](std::size_t size) { return take(size); }
void *operator new(std::size_t size, std::align_val_t alignment) { return take(size, std::size_t(alignment)); }
void *operator new[](std::size_t size, std::align_val_t alignment) { return take(size, std::size_t(alignment)); }
void *operator new(std::size_t size, const std::nothrow_t &) noexcept { return take(size); }
void *operator new[](std::size_t size, const std::nothrow_t &) noexcept { return take(size); }
void operator delete(void *block) noexcept { give(block); }
void operator delete[](void *block) noexcept { give(block); }
void operator delete(void *block, std::size_t) noexcept { give(block); }
void operator delete[](void *block, std::size_t) noexcept { give(block); }
void operator delete(void *block, std::align_val_t) noexcept { give(block); }
void operator delete[](void *block, std::align_val_t) noexcept { give(block); }
void operator delete(void *block, std::size_t, std::align_val_t) noexcept { give(block); }
void operator delete[](void *block, std::size_t, std::align_val_t) noexcept { give(block); }

#ifdef LIBRARY
struct Thing {
  int numbers[20];
};
extern "C" __attribute__((visibility("default"))) void *make(std::size_t) { return new Thing; }
extern "C" __attribute__((visibility("default"))) void take(void *thing) { delete static_cast<Thing *>(thing); }
extern "C" __attribute__((visibility("default"))) std::size_t length() {
  Thing *things = new Thing[5];
  asm volatile("" : "+r"(things));
  delete[] things;
  return news > 0;
}
#else
#include "../fault.h"
#include <map>
#include <string>
int main(int argc, char **argv) {
  std::map<std::string, int> map;
  for (int i = 0; i < 1000; i++) map["a key that is rather long " + std::to_string(i)] = i;
  delete[] new int[100];
  struct alignas(64) Wide {
    char room[64];
  };
  delete new Wide;
  printf("%zu %s\n", map.size(), news > 1000 ? "through its own" : "past its own");
  if (asked(argc, argv, "fault")) free(new int(4));
}
#endif
