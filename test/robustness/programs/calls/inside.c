/* Functions that hand out what another one of them gave inside, from places that are known by then. */
#include "../fault.h"
#include <malloc.h>
#include <stdio.h>

int main(int argc, char **argv) {
  unsigned long sum = 0;
  for (int i = 0; i < 1000; i++) {
    void *nothing = NULL;
    HIDE(nothing);
    size_t count = 1 + i % 50;
    char *blocks[10] = {reallocarray(nothing, count, 8), realloc(nothing, count), calloc(count, 3), malloc(count)};
    blocks[0] = reallocarray(blocks[0], count + 20, 8);
    blocks[1] = realloc(blocks[1], 2 * count);
    blocks[4] = aligned_alloc(64, 64 * count);
    blocks[5] = memalign(32, count);
    if (posix_memalign((void **)&blocks[6], 128, count)) return 1;
    blocks[7] = strdup("a text");
    if (asprintf(&blocks[8], "%d and some more text", i) < 0) return 1;
    blocks[9] = strndup(blocks[8], 4);
    for (int j = 0; j < 10; j++) {
      blocks[j][0] = (char)j;
      sum += malloc_usable_size(blocks[j]) >= 1;
    }
    for (int j = 0; j < 10; j++) free(blocks[(j + i) % 10]);
  }
  printf("%lu blocks\n", sum);
  if (asked(argc, argv, "fault")) cross_free();
}
