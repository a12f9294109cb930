// Replaced operators whose very first instructions call what throws, forced unwinding through them by
// pthread_exit, and a malloc family call that a handler is thrown out of.
#include <cstdio>
#include <cstdlib>
#include <new>

static std::size_t most = 1 << 20;
__attribute__((noipa)) static void *must(std::size_t size) {
  if (size > most) throw std::bad_alloc();
  return malloc(size ? size : 1);
}
__attribute__((noipa)) void *operator new(std::size_t size) { return must(size); }
__attribute__((noipa)) void operator delete(void *block) noexcept { free(block); }
__attribute__((noipa)) void operator delete(void *block, std::size_t) noexcept { free(block); }

#include "../fault.h"
#include <pthread.h>
#include <vector>

struct Guard {
  int *count;
  ~Guard() { ++*count; }
};
static int unwound;

__attribute__((noipa)) static void *leave(std::size_t) { pthread_exit(nullptr); }
static void *work(void *) {
  Guard guard{&unwound};
  std::set_new_handler([] { pthread_exit(nullptr); });
  std::vector<int> kept(10);
  malloc(0);
  ::operator new(std::size_t(1) << 60, std::nothrow);
  leave(1);
  return nullptr;
}

int main(int argc, char **argv) {
  int caught = 0;
  for (int i = 0; i < 100; i++) {
    try {
      Guard guard{&unwound};
      std::vector<char> small(100), large(i % 2 ? 2 << 20 : 10);
    } catch (const std::bad_alloc &) {
      caught++;
    }
  }
  pthread_t thread;
  pthread_create(&thread, nullptr, work, nullptr);
  pthread_join(thread, nullptr);
  printf("%d caught, %d unwound\n", caught, unwound);
  if (asked(argc, argv, "fault")) cross_free();
}
