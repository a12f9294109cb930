// Every alignment from 8 bytes to 1 MiB by every function that takes one, and what each says of a bad one.
#include "../fault.h"
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <malloc.h>
#include <new>

static void check(const char *what, void *block, std::size_t alignment) {
  if (block == nullptr) printf("%s %zu: null\n", what, alignment);
  else if (reinterpret_cast<std::uintptr_t>(block) % alignment) printf("%s %zu: misaligned\n", what, alignment);
  else *static_cast<volatile char *>(block) = 1;
}

int main(int argc, char **argv) {
  for (std::size_t alignment = 8; alignment <= 1 << 20; alignment *= 2)
    for (std::size_t size : {std::size_t(0), std::size_t(1), std::size_t(24), std::size_t(5000), alignment, alignment + 1}) {
      void *a = nullptr;
      if (posix_memalign(&a, alignment, size) != 0) puts("posix_memalign failed");
      void *b = memalign(alignment, size), *c = aligned_alloc(alignment, size);
      void *d = ::operator new(size, std::align_val_t(alignment)), *e = ::operator new[](size, std::align_val_t(alignment));
      void *f = ::operator new(size, std::align_val_t(alignment), std::nothrow);
      check("posix_memalign", a, alignment), check("memalign", b, alignment), check("aligned_alloc", c, alignment);
      check("new", d, alignment), check("new[]", e, alignment), check("nothrow new", f, alignment);
      free(a), free(realloc(b, size + 100)), free(c);
      ::operator delete(d, std::align_val_t(alignment));
      ::operator delete[](e, size, std::align_val_t(alignment));
      ::operator delete(f, std::align_val_t(alignment), std::nothrow);
    }
  void *page = valloc(10), *pages = pvalloc(10);
  check("valloc", page, 4096), check("pvalloc", pages, 4096);
  free(page), free(pages);

  void *untouched = &page;
  for (std::size_t bad : {std::size_t(0), std::size_t(3), std::size_t(4), std::size_t(24), std::size_t(100), SIZE_MAX}) {
    printf("posix_memalign(%zu) %d %d\n", bad, posix_memalign(&untouched, bad, 100), untouched == &page);
    if (bad != SIZE_MAX) {
      errno = 0;
      void *block = aligned_alloc(bad, 100);
      printf("aligned_alloc(%zu) %s %d\n", bad, block ? "block" : "null", errno);
      free(block);
      errno = 0;
      block = memalign(bad, 100);
      printf("memalign(%zu) %s %d\n", bad, block ? "block" : "null", errno);
      free(block);
    }
  }
  errno = 0;
  printf("too much %p", memalign(1 << 20, SIZE_MAX - 100));
  printf(" %d\n", errno);
  if (asked(argc, argv, "fault")) cross_free();
}
