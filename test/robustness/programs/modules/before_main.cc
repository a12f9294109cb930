// Allocations before main, in the order that the loader defines, and after it: preinit array, constructors
// with priorities, global objects, init_array; destructors, atexit, fini_array.
#include "../fault.h"
#include <cstdio>
#include <map>
#include <string>

static char *early;
static void preinit(int, char **, char **) { early = static_cast<char *>(calloc(1, 100)); }
__attribute__((section(".preinit_array"), used)) static void (*preinit_entry)(int, char **, char **) = preinit;

__attribute__((constructor(101))) static void first() { early = static_cast<char *>(realloc(early, 5000)); }
__attribute__((destructor(101))) static void last() { free(early); }

static std::map<std::string, std::string> *table = new std::map<std::string, std::string>{{"a key that is not short", "a value"}};
static struct Late {
  std::string text = "some text that is too long to be kept inside";
  ~Late() {
    delete table;
    if (faulty) cross_free();
  }
  bool faulty = false;
} late;

int main(int argc, char **argv) {
  atexit([] { delete[] new int[10]; });
  late.faulty = asked(argc, argv, "fault");
  printf("%zu %zu\n", table->size(), late.text.size());
}
