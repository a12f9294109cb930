/* Blocks of 8 GiB and, where the system grants it, 100 GiB of which a few pages are touched. */
#include "../fault.h"
#include "../rss.h"
#include <malloc.h>
#include <stdio.h>

int main(int argc, char **argv) {
  for (int round = 0; round < 20; round++) {
    size_t sizes[] = {(size_t)1 << 30, (size_t)8 << 30, (size_t)100 << 30};
    for (int i = 0; i < 3; i++) {
      char *block = malloc(sizes[i]);
      if (block) block[0] = block[sizes[i] / 2] = block[sizes[i] - 1] = 1;
      char *moved = block ? realloc(block, sizes[i] + ((size_t)1 << 20)) : NULL;
      if (round == 0) printf("%zu GiB: %s %d\n", sizes[i] >> 30, block ? "block" : "null", moved && moved[sizes[i] - 1]);
      free(moved ? moved : block);
      char *cleared = calloc(sizes[i], 1);
      if (cleared && cleared[sizes[i] / 3]) puts("not clear");
      free(cleared);
    }
  }
  if (asked(argc, argv, "fault")) cross_free();
  report_rss();
}
