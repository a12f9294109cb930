/* What skipped releases leave behind, told by a program that looks at its own blocks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT __attribute__((noinline, noclone))

static KEPT void release(void *block) { free(block); }
static KEPT void *grow(void *block, size_t size) { return realloc(block, size); }
static KEPT void *shrink(void *block, size_t size) { return realloc(block, size); }

static KEPT void recurse(int depth, void *block) {
  if (depth > 0) recurse(depth - 1, block);
  else release(block);
  __asm__ volatile(""); /* no tail call */
}

static int holds(const char *text, char byte, size_t size) {
  while (size > 0 && text[size - 1] == byte) size--;
  return size == 0;
}

int main(void) {
  char *first = memset(malloc(500), 'a', 500);
  release(first);
  char *second = malloc(500);
  printf("released block is handed out again: %d\n", first == second);
  printf("released bytes are kept: %d\n", first != second && holds(first, 'a', 500));

  char *grown = grow(memset(malloc(100), 'b', 100), 100000);
  printf("grown holds its bytes: %d\n", holds(grown, 'b', 100));
  char *large = memset(malloc(5000), 'c', 5000);
  char *shrunk = shrink(large, 50);
  printf("shrunk holds its bytes: %d\n", holds(shrunk, 'c', 50));
  printf("shrunk stays where it is: %d\n", shrunk == large);
  printf("nothing is what a realloc to nothing gives: %d\n", shrink(malloc(10), 0) == NULL);

  for (int depth = 0; depth < 5; depth++) recurse(depth, malloc(20));
  free(NULL);
  free(second);
  free(grown);
}
