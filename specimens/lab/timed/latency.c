/* Latency of dependent loads: every load's address is what the one before it read.
 *
 *   latency sizes SAMPLES BYTES…   a random cycle through all lines of so many bytes
 *   latency pages SAMPLES COUNT    one line in each of so many pages of 4 KiB
 *   latency line SAMPLES           pairs of loads, the second 8 to 256 bytes from the first
 *
 * Each sample is one line of JSON with the time of a load and that of a cycle beside it. `pages` is
 * `small` (4 KiB) or `huge` (2 MiB, as far as the kernel gave them: `hugeBytes`).
 */
#define _GNU_SOURCE
#include <string.h>
#include <sys/mman.h>

#include "timing.h"

#define LINE 64
#define PAGE 4096
#define HUGE ((size_t)2 << 20)
/* Loads of a sample: enough to outlast the clock's own price a thousandfold. */
#define LOADS (1 << 18)

static uint64_t seed = 42;

static void *chase(void **start, long loads) {
  void **place = start;
  for (long i = 0; i < loads / 16; i++) {
#define LOAD place = (void **)*place;
    LOAD LOAD LOAD LOAD LOAD LOAD LOAD LOAD LOAD LOAD LOAD LOAD LOAD LOAD LOAD LOAD
  }
  return place;
}

/* How much of the region lies on huge pages, as the kernel counts it. */
static size_t huge_bytes(const char *region) {
  FILE *maps = fopen("/proc/self/smaps", "r");
  char line[512];
  size_t kib = 0;
  int inside = 0;
  while (maps && fgets(line, sizeof line, maps)) {
    unsigned long low, high;
    if (sscanf(line, "%lx-%lx", &low, &high) == 2) {
      inside = (uintptr_t)region >= low && (uintptr_t)region < high;
    } else if (inside && sscanf(line, "AnonHugePages: %zu", &kib) == 1) {
      break;
    }
  }
  if (maps) fclose(maps);
  return inside ? kib * 1024 : 0;
}

/* A region that begins at a huge page's border. */
static char *region_of(size_t bytes, int huge) {
  size_t rounded = (bytes + HUGE - 1) / HUGE * HUGE;
  char *all = mmap(NULL, rounded + HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (all == MAP_FAILED) {
    perror("mmap");
    exit(1);
  }
  char *start = (char *)(((uintptr_t)all + HUGE - 1) / HUGE * HUGE);
  madvise(start, rounded, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
  return start;
}

/* Places in a random order, so that no prefetcher can guess the next one. */
static void shuffle(char **places, size_t count) {
  for (size_t last = count - 1; last > 0; last--) {
    size_t other = next_random(&seed) % (last + 1);
    char *kept = places[last];
    places[last] = places[other];
    places[other] = kept;
  }
}

static void tie(char **places, size_t count) {
  for (size_t i = 0; i < count; i++) *(void **)places[i] = places[(i + 1) % count];
}

static void *list_of(size_t count) {
  void *list = malloc(count * sizeof(char *));
  if (list == NULL) {
    perror("malloc");
    exit(1);
  }
  return list;
}

static void sample(const char *kind, const char *about, double value, void **start, long loads) {
  double cycle = cycle_ns();
  double began = thread_ns();
  keep(chase(start, loads));
  double took = thread_ns() - began;
  printf("{\"kind\":\"%s\",%s,\"at\":%.0f,\"loadNs\":%.4f,\"cycleNs\":%.5f}\n", kind, about, value,
         took / (double)loads, cycle);
}

static void sizes(int samples, size_t bytes, int huge) {
  char *region = region_of(bytes, huge);
  size_t count = bytes / LINE;
  char **places = list_of(count);
  for (size_t i = 0; i < count; i++) places[i] = region + i * LINE;
  memset(region, 1, bytes); /* all pages are there before anything is timed */
  shuffle(places, count);
  tie(places, count);
  char about[96];
  snprintf(about, sizeof about, "\"pages\":\"%s\",\"hugeBytes\":%zu", huge ? "huge" : "small",
           huge_bytes(region));
  keep(chase((void **)places[0], (long)count + LOADS / 4));
  for (int i = 0; i < samples; i++) sample("size", about, (double)bytes, (void **)places[0], LOADS);
  free(places);
  munmap(region, (bytes + HUGE - 1) / HUGE * HUGE);
}

static void pages(int samples, size_t count, int huge) {
  char *region = region_of(count * PAGE, huge);
  char **places = list_of(count);
  for (size_t i = 0; i < count; i++) {
    places[i] = region + i * PAGE + next_random(&seed) % (PAGE / LINE) * LINE;
  }
  /* first touched in a random order, so that neighbours lie on frames that are none */
  shuffle(places, count);
  tie(places, count);
  char about[96];
  snprintf(about, sizeof about, "\"pages\":\"%s\",\"hugeBytes\":%zu", huge ? "huge" : "small",
           huge_bytes(region));
  keep(chase((void **)places[0], (long)count * 2));
  for (int i = 0; i < samples; i++) sample("pages", about, (double)count, (void **)places[0], LOADS);
  free(places);
  munmap(region, (count * PAGE + HUGE - 1) / HUGE * HUGE);
}

/* Each cell of 512 bytes holds a pair; few enough cells for the second cache, too many for the first
 * one's sets. Distances flip a bit of the address, so they stay in a line exactly when they are
 * shorter than it. */
static void line(int samples) {
  enum { CELLS = 512, CELL = 512 };
  char *region = region_of(CELLS * CELL, 0);
  char **firsts = list_of(CELLS);
  for (size_t distance = 8; distance <= 256; distance *= 2) {
    memset(region, 0, CELLS * CELL);
    for (size_t i = 0; i < CELLS; i++) firsts[i] = region + i * CELL + next_random(&seed) % (CELL / 8) * 8;
    shuffle(firsts, CELLS);
    for (size_t i = 0; i < CELLS; i++) {
      char *second = (char *)((uintptr_t)firsts[i] ^ distance);
      *(void **)firsts[i] = second;
      *(void **)second = firsts[(i + 1) % CELLS];
    }
    keep(chase((void **)firsts[0], LOADS));
    for (int i = 0; i < samples; i++) {
      sample("line", "\"pages\":\"small\",\"hugeBytes\":0", (double)distance, (void **)firsts[0], LOADS);
    }
  }
}

int main(int argc, char **argv) {
  int cpu;
  if (argc < 3 || processors(&cpu, 1) != 1) return 2;
  pin(cpu);
  int samples = atoi(argv[2]);
  if (strcmp(argv[1], "line") == 0) line(samples);
  for (int i = 3; i < argc; i++) {
    size_t value = strtoull(argv[i], NULL, 10);
    for (int huge = 0; huge < 2; huge++) {
      if (strcmp(argv[1], "sizes") == 0) sizes(samples, value, huge);
      if (strcmp(argv[1], "pages") == 0) pages(samples, value, huge);
    }
  }
  return 0;
}
