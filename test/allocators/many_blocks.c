/* More blocks than the kernel has mappings for, every other one given back. The program must still get mappings of
 * its own and keep what stands in its blocks. Prints `whole`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { BLOCKS = 150000, TURNS = 200000, MOST = 5000, OWN_MAPPINGS = 10000 };

static unsigned char *blocks[BLOCKS];
static size_t sizes[BLOCKS];
static unsigned state = 7;

static unsigned chance(unsigned below) {
  state = state * 1103515245 + 12345;
  return (state >> 8) % below;
}

static void fail(const char *what) {
  puts(what);
  exit(1);
}

/* The first and the last byte of each page's worth. */
static void check(const unsigned char *block, size_t size, unsigned char wanted, const char *what) {
  for (size_t at = 0; at < size; at += 512)
    if (block[at] != wanted) fail(what);
  if (size && block[size - 1] != wanted) fail(what);
}

static void fill(unsigned at, size_t size) {
  memset(blocks[at], at % 255 + 1, size);
  sizes[at] = size;
}

static void obtain(unsigned at, size_t size) {
  size_t alignment = chance(2) ? 64 : 4096;
  if (chance(2)) {
    blocks[at] = calloc(size, 1);
    if (!blocks[at]) fail("no memory from calloc");
    check(blocks[at], size, 0, "calloc gives what is not zero");
  } else if (posix_memalign((void **)&blocks[at], alignment, size) != 0)
    fail("no memory from posix_memalign");
  else if ((size_t)blocks[at] % alignment != 0)
    fail("not aligned");
  fill(at, size);
}

/* No two neighbours alike, so that the kernel cannot make one of them. */
static void map_own(void) {
  for (int at = 0; at < OWN_MAPPINGS; at++) {
    void *page = mmap(NULL, 4096, at % 2 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) fail("no mapping is left for the program");
  }
}

int main(void) {
  for (unsigned at = 0; at < BLOCKS; at++) obtain(at, 8);
  for (unsigned at = 0; at < BLOCKS; at += 2) {
    free(blocks[at]);
    blocks[at] = NULL;
  }
  map_own();
  for (unsigned turn = 0; turn < TURNS; turn++) {
    unsigned at = chance(BLOCKS);
    size_t size = chance(chance(8) ? 64 : MOST) + 1;
    if (!blocks[at]) {
      obtain(at, size);
      continue;
    }
    check(blocks[at], sizes[at], at % 255 + 1, "a block has lost what stood in it");
    if (chance(2)) {
      free(blocks[at]);
      blocks[at] = NULL;
      continue;
    }
    size_t kept = size < sizes[at] ? size : sizes[at];
    unsigned char *moved = realloc(blocks[at], size);
    if (!moved) fail("no memory from realloc");
    check(moved, kept, at % 255 + 1, "realloc has lost what stood in the block");
    blocks[at] = moved;
    fill(at, size);
  }
  puts("whole");
}
