// The mistakes of a published set of teaching allocators, each beside a twin that uses malloc, which
// may be an allocator of the laboratory. The arguments: what to do, and `fault` or `healthy`.

#include <emmintrin.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE = 4096 };

// The header of its debug allocator: 4 + 8 + 4 bytes and a pointer, as the compiler lays them out.
struct debug_header {
  uint32_t magic;
  size_t size;
  uint32_t flags;
  void *caller;
};

// Its mmap allocator: 8 bytes for the size, then the block. For whole pages it forgets those 8 bytes.
// What lies behind the mapping is up to chance; here it is a page that nobody may touch.
static char *mmap_allocate(size_t size) {
  size_t mapped = size % PAGE == 0 ? size : (size + 8 + PAGE - 1) / PAGE * PAGE;
  char *start = mmap(NULL, mapped + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(start + mapped, PAGE, PROT_NONE);
  *(size_t *)start = mapped;
  return start + 8;
}

// Its arena: every block starts at a multiple of 8.
static char *arena_allocate(size_t size) {
  static char *next;
  if (!next) next = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  char *block = next;
  next += (size + 7) / 8 * 8;
  return block;
}

static void *volatile hidden;

// What a compiler makes of a 16-byte copy when it may rely on malloc's alignment.
static void store_aligned(char *block) {
  hidden = block;
  _mm_store_si128((__m128i *)hidden, _mm_set1_epi8(1));
}

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "article-allocators: expected two arguments\n"), 2;
  bool fault = !strcmp(argv[2], "fault");
  setvbuf(stdout, NULL, _IONBF, 0);
  if (!strcmp(argv[1], "header")) return printf("%zu\n", sizeof(struct debug_header)), 0;
  if (!strcmp(argv[1], "whole page")) {
    char *block = fault ? mmap_allocate(PAGE) : malloc(PAGE);
    hidden = block;
    memset(hidden, 1, PAGE);
  } else if (!strcmp(argv[1], "page + 8")) store_aligned(fault ? mmap_allocate(64) : malloc(64));
  else if (!strcmp(argv[1], "aligned to 8")) {
    hidden = fault ? arena_allocate(24) : malloc(24);
    store_aligned(fault ? arena_allocate(64) : malloc(64));
  } else return 2;
  puts("still here");
  return 0;
}
