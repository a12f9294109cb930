/* Prints where each kind of memory lies, and then the process's own map, for the lab to set side by side. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static int initialised = 1;
static int zeroed;

static void place(const char *kind, const void *address) {
  printf("place %s %#lx\n", kind, (unsigned long)(uintptr_t)address);
}

static void *thread(void *unused) {
  (void)unused;
  void *block = malloc(64);
  place("thread-block", block);
  free(block);
  return NULL;
}

int main(void) {
  int local = 0;
  void *small = malloc(64);
  void *large = malloc((size_t)1 << 20);
  place("small-block", small);
  place("large-block", large);
  pthread_t other;
  if (pthread_create(&other, NULL, thread, NULL) != 0) return 1;
  pthread_join(other, NULL);
  place("stack", &local);
  place("code", (void *)(uintptr_t)&main);
  place("library", (void *)(uintptr_t)&printf);
  place("data", &initialised);
  place("zeroed-data", &zeroed);
  FILE *maps = fopen("/proc/self/maps", "r");
  if (maps == NULL) return 1;
  for (int c; (c = getc(maps)) != EOF;) putchar(c);
  free(small);
  free(large);
  return 0;
}
