/* Prints a digest of where malloc puts blocks, and what it says of its lists: the same with a tool beside it. Then
 * what free does with a block that is damaged, or that is to be filled. */
#include "../older_libc.h"
#include "../fault.h"
#include <gnu/libc-version.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

enum { SLOTS = 600, MOST_CACHED = 16 };

/* Blocks that a bin of the thread's cache takes, by glibc's version. */
static int full_cache(void) { return atoi(gnu_get_libc_version() + 2) < 43 ? 7 : 16; }

static uint32_t random_below(uint64_t *state, uint32_t limit) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)((*state >> 33) % limit);
}

static void digest(uint64_t *sum, const void *block, const void *base) {
  *sum = (*sum ^ (uint64_t)((const char *)block - (const char *)base)) * 1099511628211u;
}

/* Rounds in which blocks of all sizes come and go, many in a row so that caches overflow. */
static void *rounds(void *seed) {
  static const uint32_t limits[] = {120, 120, 500, 3000};
  uint64_t state = (uintptr_t)seed, sum = 0;
  void *cached = malloc(1);
  HIDE(cached);
  free(cached); /* from 2.43 on a thread's cache lies where the thread first frees */
  void *slots[SLOTS] = {0}, *first = malloc(24), *base = malloc(40);
  HIDE(first); /* the smallest cached block may be one of the tool's */
  for (int round = 0; round < 400; round++) {
    for (int i = 0; i < SLOTS; i++) {
      uint32_t slot = random_below(&state, SLOTS), size = 1 + random_below(&state, limits[round % 4]);
      switch (random_below(&state, 5)) {
        case 0: case 1: free(slots[slot]), slots[slot] = malloc(size); break;
        case 2: free(slots[slot]), slots[slot] = calloc(1, size); break;
        case 3: slots[slot] = realloc(slots[slot], size); break;
        default: free(slots[slot]), slots[slot] = NULL;
      }
      if (slots[slot]) digest(&sum, slots[slot], base);
    }
    for (int i = 0; i < SLOTS; i++) {
      if (round % 3 == 0 || slots[i] == NULL) continue;
      free(slots[i]);
      slots[i] = NULL;
    }
    if (round % 40 == 0) malloc_trim(0);
    if (round % 50 == 0) digest(&sum, NULL, (void *)(uintptr_t)mallinfo2().fsmblks);
  }
  for (int i = 0; i < SLOTS; i++) free(slots[i]);
  free(first);
  free(base);
  printf("%016llx\n", (unsigned long long)sum);
  return NULL;
}

/* The last one of more blocks than the thread's cache takes. */
static void *beyond_the_cache(void) {
  void *blocks[MOST_CACHED + 1];
  int full = full_cache();
  for (int i = 0; i <= full; i++) memset(blocks[i] = malloc(100), 1, 100);
  for (int i = 0; i < full; i++) free(blocks[i]);
  HIDE(blocks[full]);
  return blocks[full];
}

static void released(const char *when) {
  size_t before = (size_t)mallinfo2().fsmblks;
  unsigned char *block = beyond_the_cache();
  free(block);
  HIDE(block);
  printf("%s: %zu bytes more, then %d\n", when, (size_t)mallinfo2().fsmblks - before, block[50]);
}

static void *in_a_thread(void *seed) {
  rounds(seed);
  released("a thread");
  return NULL;
}

int main(int argc, char **argv) {
  if (asked(argc, argv, "filled")) mallopt(M_PERTURB, 0x55);
  if (asked(argc, argv, "unused")) mallopt(M_MXFAST, 0);
  rounds((void *)1);
  released("before threads");
  if (asked(argc, argv, "filled-later")) mallopt(M_PERTURB, 0x55);
  if (asked(argc, argv, "unused-later")) mallopt(M_MXFAST, 0);
  released("later");
  for (uintptr_t seed = 2; seed < 5; seed++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, in_a_thread, (void *)seed)) return 1;
    pthread_join(thread, NULL);
  }
  if (asked(argc, argv, "damaged")) {
    size_t *block = beyond_the_cache(), *next = block + (block[-1] & ~7u) / sizeof *block - 1;
    fflush(stdout);
    HIDE(next);
    *next = 9;
    free(block);
  }
  if (asked(argc, argv, "fault")) cross_free();
}
