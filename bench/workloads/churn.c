/* Allocation only: a window of live blocks of mixed small sizes, a random one
 * replaced each time, each block filled once. Nothing but malloc, memset and free. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

#define WINDOW 10000

/* Mostly small, as real programs ask: three quarters in 8..64, the rest up to 512 bytes. */
static size_t pick_size(uint64_t *state) {
  uint64_t r = random_next(state);
  return (r & 3) ? 8 + ((r >> 8) % 57) : 64 + ((r >> 8) % 449);
}

int main(int argc, char **argv) {
  long rounds = argc > 1 ? atol(argv[1]) : 1000000;
  static unsigned char *window[WINDOW];
  uint64_t state = 42, sum = 0;
  for (long i = 0; i < rounds; i++) {
    uint32_t slot = random_below(&state, WINDOW);
    if (window[slot]) sum += window[slot][0];
    free(window[slot]);
    size_t size = pick_size(&state);
    window[slot] = malloc(size);
    if (!window[slot]) return 1;
    memset(window[slot], (int)i, size);
  }
  for (int i = 0; i < WINDOW; i++) free(window[i]);
  printf("churn %llu\n", (unsigned long long)sum);
  return 0;
}
