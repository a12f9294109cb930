// The floor: nothing but pairs of one allocating and one releasing call, back to back, in a
// tight loop. No program lives like this; it shows what one pair costs in nanoseconds.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

// Keeps the compiler from seeing that the block is never used.
static inline void *use(void *block) {
  asm volatile("" : "+r"(block) : : "memory");
  return block;
}

template <typename Allocate, typename Release>
static void repeat(long count, Allocate allocate, Release release) {
  for (long i = 0; i < count; i++) release(use(allocate()));
}

int main(int argc, char **argv) {
  const char *kind = argc > 1 ? argv[1] : "malloc";
  size_t size = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 24;
  long count = argc > 3 ? std::atol(argv[3]) : 1000000;
  if (!std::strcmp(kind, "malloc")) {
    repeat(count, [=] { return std::malloc(size); }, std::free);
  } else if (!std::strcmp(kind, "calloc")) {
    repeat(count, [=] { return std::calloc(1, size); }, std::free);
  } else if (!std::strcmp(kind, "realloc")) {
    repeat(count, [=] { return std::realloc(use(std::malloc(size)), size * 2); }, std::free);
  } else if (!std::strcmp(kind, "new")) {
    repeat(count, [=] { return ::operator new(size); }, [](void *p) { ::operator delete(p); });
  } else if (!std::strcmp(kind, "aligned_alloc")) {
    repeat(count, [=] { return std::aligned_alloc(64, (size + 63) & ~size_t(63)); }, std::free);
  } else {
    std::fprintf(stderr, "pair: unknown kind %s\n", kind);
    return 2;
  }
  std::printf("pair %s %zu\n", kind, size);
}
