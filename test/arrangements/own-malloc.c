/* A program with a bump allocator of its own, which is told where to put the next block. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE 4096ul
#define MEGABYTE (1ul << 20)

static char *next;

void *malloc(size_t size) {
  if (!next) next = mmap(0, 1ul << 36, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  char *block = next;
  next += (size + 16) & ~15ul;
  return block;
}
void *calloc(size_t count, size_t size) { return malloc(count * size); }
void *realloc(void *old, size_t size) {
  void *block = malloc(size);
  return old ? memcpy(block, old, size) : block;
}
void free(void *block) { (void)block; }

static char *malloc_at(char *place, size_t size) {
  char *before = next;
  next = place;
  char *block = malloc(size);
  next = before;
  return block;
}

int main(int count, char **words) {
  const char *what = count > 1 ? words[1] : "";
  char *large = malloc(MEGABYTE), *small = malloc(64);
  if (!strcmp(what, "inside-a-large-one")) {
    malloc_at(large + MEGABYTE / 2, 64);
  } else if (!strcmp(what, "large-over-a-small-one")) {
    next += MEGABYTE;
    small = malloc(64);
    malloc_at(small - 300000, MEGABYTE - 500000);
  } else if (!strcmp(what, "large-over-the-end-of-a-large-one")) {
    malloc_at(large + MEGABYTE - 1, 48);
  } else if (!strcmp(what, "over-the-inside-of-an-odd-one")) {
    char *odd = malloc_at(next + 7, 24);
    next += 64;
    malloc_at(odd + 9, 40);
  } else if (!strcmp(what, "odd-over-a-start")) {
    char *odd = malloc_at(next + 24, 24);
    malloc_at(odd - 5, 8);
  } else if (!strcmp(what, "large-over-an-odd-one")) {
    malloc_at(next + 5 * PAGE + 3, 10);
    malloc_at(next, 16 * PAGE);
  } else { /* healthy: as close as can be */
    for (size_t n = 1; n < 300; n++) {
      malloc(n * 100);
      malloc_at(next + n % 8, 30);
      next += 48;
      malloc(1ul << n % 22);
      malloc(7);
    }
    free(large);
    malloc_at(large + 100, 30);
    malloc_at(large + 130, MEGABYTE - 130);
    for (int n = 0; n < 50; n++) { /* barely touched */
      char *barely = malloc(1ul << 30);
      barely[n * PAGE] = 1;
      free(barely);
    }
  }
  return 0;
}
