// One wrong act, named by the argument, for the debug allocator to catch; or a right one.
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

static void *volatile kept;
static char outside[64];

int main(int argc, char **argv) {
  const char *act = argc > 1 ? argv[1] : "";
  size_t size = argc > 2 ? strtoul(argv[2], NULL, 10) : 64;
  kept = malloc(size);
  char *block = kept;
  if (!strcmp(act, "overflow")) block[size] = 1;
  if (!strcmp(act, "underflow")) block[-1] = 1;
  if (!strcmp(act, "double-free")) free(kept);
  if (!strcmp(act, "foreign")) kept = outside + 32;
  if (!strcmp(act, "interior")) kept = block + 16;
  if (!strcmp(act, "usable")) memset(block, 1, malloc_usable_size(block));
  free(kept);
  return 0;
}
