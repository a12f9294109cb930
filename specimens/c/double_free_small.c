/* Of many small blocks side by side, each released at one place, one is freed twice.
 * expect: CF002 c -> c
 * acts: malloc free
 */
#include "specimen.h"
#include <stdlib.h>

enum { BLOCKS = 60 };

static void *blocks[BLOCKS];

static __attribute__((noinline)) void drop(int at) { free(hide(blocks[at])); }

static void make_and_drop(void) {
  for (int round = 0; round < 20; round++) {
    for (int i = 0; i < BLOCKS; i++) blocks[i] = malloc(1 + (size_t)i % 50);
    for (int i = 0; i < BLOCKS; i++) drop(i);
  }
}

void fault(void) {
  make_and_drop();
  drop(BLOCKS - 3);
}

void healthy(void) { make_and_drop(); }
