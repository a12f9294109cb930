/* What an allocator shows of itself, a line of JSON for each fact. Reads memory that is not the
 * program's own, on purpose: the words before a block, and blocks that were released.
 *
 *   heap-facts sizes | chunks | after-free | tcache | holes | churn
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *block(size_t size) {
  void *made = malloc(size);
  if (made == NULL) exit(1);
  return made;
}

static void sizes(void) {
  for (size_t size = 1; size <= 65536; size += size < 256 ? 1 : size / 8) {
    void *made = block(size);
    printf("{\"size\":%zu,\"usable\":%zu}\n", size, malloc_usable_size(made));
    free(made);
  }
}

/* Whether the chunk behind a released one still takes it for used: fast bins and the thread's cache. */
static int held_back(size_t size) {
  char *blocks[9];
  for (int i = 0; i < 9; i++) blocks[i] = block(size);
  for (int i = 0; i < 8; i++) free(blocks[i]); /* seven fill the thread's cache */
  return (int)(*(volatile uint64_t *)(blocks[8] - 8) & 1);
}

static void chunks(void) {
  const size_t wanted[] = {24, 64, 72, 512, 131072, 131072};
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    volatile uint64_t *words = block(wanted[i]);
    words[0] = words[1] = 0x4242424242424242;
    printf("{\"size\":%zu,\"before16\":\"%#lx\",\"word\":\"%#lx\",\"first\":\"%#lx\",\"second\":\"%#lx\"}\n",
           wanted[i], words[-2], words[-1], words[0], words[1]);
  }
  printf("{\"freed\":24,\"heldBack\":%d}\n", held_back(24));
  printf("{\"freed\":512,\"heldBack\":%d}\n", held_back(512));
}

#define TRIES 64

/* A byte survives when it does so for both patterns, which differ in every bit. */
static void after_free(void) {
  static unsigned char survived[4096];
  for (size_t size = 16; size <= 4096; size *= 2) {
    int same = 1;
    memset(survived, 1, size);
    for (int pattern = 0; pattern < 2; pattern++) {
      unsigned char value = pattern ? 0x5a : 0xa5;
      volatile unsigned char *first = block(size);
      uintptr_t address = (uintptr_t)first;
      for (size_t i = 0; i < size; i++) first[i] = value;
      free((void *)first);
      volatile unsigned char *again = NULL;
      unsigned char *others[TRIES];
      int count = 0;
      while (count < TRIES) {
        others[count++] = block(size);
        if ((uintptr_t)others[count - 1] == address) {
          again = others[count - 1];
          break;
        }
      }
      if (again == NULL) same = 0;
      for (size_t i = 0; again && i < size; i++) survived[i] &= again[i] == value;
      while (count > 0) free(others[--count]);
    }
    size_t kept = 0, first_kept = size;
    for (size_t i = 0; i < size; i++) {
      if (survived[i] && first_kept == size) first_kept = i;
      kept += survived[i];
    }
    printf("{\"size\":%zu,\"same\":%d,\"survived\":%zu,\"firstKept\":%zu}\n", size, same, same ? kept : 0,
           same ? first_kept : size);
  }
}

/* The thread's cache is the first chunk of the heap: 64 counts of 16 bits, and as many lists. */
static void tcache(void) {
  char *first = block(24);
  uint16_t *counts = (uint16_t *)(((uintptr_t)first & ~(uintptr_t)4095) + 16);
  printf("{\"header\":\"%#lx\"}\n", *(uint64_t *)((char *)counts - 8));
  for (size_t size = 24; size <= 24 + 16 * 70; size += 16) {
    void *blocks[12];
    for (int i = 0; i < 12; i++) blocks[i] = block(size);
    uint16_t before[64];
    memcpy(before, counts, sizeof before);
    for (int i = 0; i < 12; i++) free(blocks[i]);
    int bin = -1;
    for (int i = 0; i < 64; i++) {
      if (counts[i] != before[i]) bin = i;
    }
    printf("{\"request\":%zu,\"bin\":%d,\"entries\":%d}\n", size, bin, bin < 0 ? 0 : counts[bin]);
  }
}

static void holes(void) {
  const size_t wanted[] = {32, 16, 64};
  char *holes[3];
  size_t usable = 0;
  for (int i = 0; i < 3; i++) {
    holes[i] = block(wanted[i]);
    (void)block(2000); /* keeps its neighbours apart */
  }
  for (int i = 0; i < 3; i++) usable += malloc_usable_size(holes[i]);
  uintptr_t places[3];
  for (int i = 0; i < 3; i++) places[i] = (uintptr_t)holes[i];
  for (int i = 0; i < 3; i++) free(holes[i]);
  uintptr_t got = (uintptr_t)block(48);
  int took = 0;
  for (int i = 0; i < 3; i++) {
    if (got == places[i]) took = i + 1;
  }
  printf("{\"took\":%d,\"freeBytes\":%zu}\n", took, usable);
}

static long resident(void) {
  char text[128] = "";
  int file = open("/proc/self/statm", O_RDONLY);
  long pages = 0;
  if (file >= 0 && read(file, text, sizeof text - 1) > 0) sscanf(text, "%*d %ld", &pages);
  if (file >= 0) close(file);
  return pages * 4096;
}

/* Blocks of changing sizes come and go; at the end most are gone, but not those at every tenth place. */
static void churn(void) {
  enum { SLOTS = 20000, STEPS = 40 };
  static char *slots[SLOTS];
  static size_t lengths[SLOTS];
  uint64_t state = 7;
  long live = 0, start = resident();
  for (int step = 0; step <= STEPS; step++) {
    int shrinking = step > STEPS / 2;
    for (int i = 0; i < SLOTS / 2; i++) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      int slot = (int)((state >> 33) % SLOTS);
      if (slots[slot] && !(shrinking && slot % 10 == 0)) {
        free(slots[slot]);
        live -= (long)lengths[slot];
        slots[slot] = NULL;
      }
      if (slots[slot] == NULL && !shrinking) {
        lengths[slot] = 16 + (state >> 20) % (step % 2 ? 300 : 3000);
        slots[slot] = block(lengths[slot]);
        memset(slots[slot], 1, lengths[slot]);
        live += (long)lengths[slot];
      }
    }
    printf("{\"step\":%d,\"live\":%ld,\"resident\":%ld}\n", step, live, resident() - start);
  }
}

int main(int argc, char **argv) {
  static char buffer[1 << 16];
  setvbuf(stdout, buffer, _IOFBF, sizeof buffer); /* stdout takes no block while we look */
  const char *what = argc > 1 ? argv[1] : "";
  if (strcmp(what, "sizes") == 0) sizes();
  else if (strcmp(what, "chunks") == 0) chunks();
  else if (strcmp(what, "after-free") == 0) after_free();
  else if (strcmp(what, "tcache") == 0) tcache();
  else if (strcmp(what, "holes") == 0) holes();
  else if (strcmp(what, "churn") == 0) churn();
  else return 2;
  return 0;
}
