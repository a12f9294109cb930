// Replaces the two basic operators by malloc and free, and some that call each other, out of line; the C++
// library's own forms call the replaced ones in turn.
#include <cstdio>
#include <cstdlib>
#include <new>

static long news;
__attribute__((noipa)) void *operator new(std::size_t size) {
  news++;
  return malloc(size ? size : 1);
}
__attribute__((noipa)) void operator delete(void *block) noexcept { free(block); }
__attribute__((noipa)) void operator delete(void *block, std::size_t) noexcept { ::operator delete(block); }
__attribute__((noipa)) void operator delete(void *block, const std::nothrow_t &) noexcept { ::operator delete(block); }

#include "../fault.h"
#include <map>
#include <regex>
#include <string>

int main(int argc, char **argv) {
  std::map<std::string, int> map;
  for (int i = 0; i < 1000; i++) map["a key that is rather long " + std::to_string(i)] = i;
  printf("%d\n", std::regex_match("ababccxyz", std::regex("(a|b)*c+[x-z]+")));
  delete[] new int[100];
  delete[] new (std::nothrow) std::string[4];
  ::operator delete(::operator new(10), std::nothrow);
  ::operator delete[](::operator new[](10), std::size_t(10));
  printf("%zu %s\n", map.size(), news > 1000 ? "through its own" : "past its own");
  if (asked(argc, argv, "fault")) cross_free();
}
