// errno keeps its value over every release, and over every allocation that works, of small and mapped blocks.
#include "../fault.h"
#include <cerrno>
#include <cstdio>
#include <new>

template <typename Act> static void keeps(const char *what, Act act) {
  for (int i = 0; i < 200; i++) {
    errno = 1234 + i;
    act(i % 20 == 0 ? 3000000ul : 10ul * i + 1);
    if (errno != 1234 + i) {
      printf("%s changed errno\n", what);
      return;
    }
  }
}

int main(int argc, char **argv) {
  keeps("free", [](std::size_t size) { free(malloc(size)); });
  keeps("free(NULL)", [](std::size_t) { free(nullptr); });
  keeps("realloc", [](std::size_t size) { free(realloc(malloc(10), size)); });
  keeps("calloc", [](std::size_t size) { free(calloc(size, 1)); });
  keeps("delete", [](std::size_t size) { ::operator delete(::operator new(size)); });
  keeps("delete[]", [](std::size_t size) { delete[] new char[size]; });
  keeps("aligned", [](std::size_t size) { free(aligned_alloc(64, (size + 63) & ~63ul)); });
  if (asked(argc, argv, "fault")) keeps("a wrong act", [](std::size_t) { cross_free(); });
  puts("done");
}
