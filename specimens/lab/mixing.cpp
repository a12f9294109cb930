// One act, named by the argument: a release that does not fit its allocation, or its healthy twin.
// Everything goes through `hidden`, or the optimiser would pair the calls and delete them.

#include <cstdio>
#include <cstdlib>
#include <cstring>

template <typename T> static T *hidden(T *pointer) {
  asm volatile("" : "+r"(pointer) : : "memory");
  return pointer;
}

static char static_bytes[256] __attribute__((aligned(16)));

static void new_array_free() { std::free(hidden(new long[8])); }
static void new_free() { std::free(hidden(new long(1))); }
static void malloc_delete() { delete static_cast<long *>(hidden(std::malloc(64))); }
static void new_array_delete() { delete hidden(new long[8]); }
static void new_delete_array() { delete[] hidden(new long(1)); }
static void new_delete() { delete hidden(new long(1)); }
static void new_array_delete_array() { delete[] hidden(new long[8]); }
static void realloc_new() { std::free(hidden(std::realloc(hidden(new char[64]), 4096))); }
static void realloc_malloc() { std::free(hidden(std::realloc(hidden(std::malloc(64)), 4096))); }
static void double_free() {
  void *block = hidden(std::malloc(64));
  std::free(hidden(block));
  std::free(hidden(block));
}
static void free_start() { std::free(hidden(std::malloc(64))); }
static void free_stack() {
  alignas(16) char bytes[256];
  std::memset(bytes, 0, sizeof bytes);
  std::free(hidden(bytes) + 64);
}
static void free_static() { std::free(hidden(static_bytes) + 64); }
static void free_interior() { std::free(static_cast<char *>(hidden(std::calloc(1, 256))) + 64); }

int main(int, char **argv) {
  const struct {
    const char *name;
    void (*act)();
  } acts[] = {
      {"new[], free", new_array_free},
      {"new, free", new_free},
      {"malloc, delete", malloc_delete},
      {"new[], delete", new_array_delete},
      {"new, delete[]", new_delete_array},
      {"new, delete", new_delete},
      {"new[], delete[]", new_array_delete_array},
      {"new[], realloc", realloc_new},
      {"malloc, realloc", realloc_malloc},
      {"malloc, free, free", double_free},
      {"malloc, free", free_start},
      {"stack, free", free_stack},
      {"static, free", free_static},
      {"interior, free", free_interior},
  };
  const char *wanted = argv[1] == nullptr ? "" : argv[1];
  for (const auto &each : acts) {
    if (std::strcmp(each.name, wanted) != 0) continue;
    each.act();
    std::puts("still here");
    return 0;
  }
  std::fprintf(stderr, "mixing: expected the name of an act, got \"%s\"\n", wanted);
  return 2;
}
