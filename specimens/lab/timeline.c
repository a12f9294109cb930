/* Known allocations in three phases, counted by the program itself as it makes them: a heap that rises,
 * one whose blocks come and go, one that falls. Prints what a trace of it must hold. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCKS 4000

static void *blocks[BLOCKS];
static uint32_t sizes[BLOCKS];
static uint64_t allocations, bytes, releases, live, peak;

static void take(int place, uint32_t size) {
  blocks[place] = malloc(size);
  if (!blocks[place]) abort();
  sizes[place] = size;
  allocations++;
  bytes += size;
  live += size;
  if (live > peak) peak = live;
}

static void give(int place) {
  free(blocks[place]);
  blocks[place] = NULL;
  releases++;
  live -= sizes[place];
}

int main(void) {
  uint32_t state = 1;
  for (int i = 0; i < BLOCKS; i++) take(i, 16 + (uint32_t)i % 1000);
  for (int i = 0; i < 20 * BLOCKS; i++) {
    state = state * 1664525u + 1013904223u;
    int place = (int)(state >> 8) % BLOCKS;
    give(place);
    take(place, 16 + (state >> 20) % 1000);
  }
  for (int i = 0; i < BLOCKS - 100; i++) give(i); /* a hundred stay */
  printf("%lu %lu %lu %lu %lu\n", allocations, bytes, releases, live, peak);
  return 0;
}
