/* A small malloc in the executable itself. The compiler sees what it clobbers, and keeps its callers' values
 * in registers that by the calling convention a call may destroy (-fipa-ra). Whatever redirects the entry of
 * such a function must leave all others alone. */
#define _GNU_SOURCE
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static char arena[1 << 24];
static size_t used;
__attribute__((noinline)) void *malloc(size_t size) {
  void *block = arena + used;
  used += (size + 31) & ~(size_t)15;
  return block;
}
__attribute__((noinline)) void free(void *block) {}
__attribute__((noinline)) void *calloc(size_t count, size_t size) { return malloc(count * size); }
__attribute__((noinline)) void *realloc(void *old, size_t size) {
  char *block = malloc(size);
  if (old)
    for (size_t i = 0; i < size; i++) block[i] = ((char *)old)[i];
  return block;
}

#include "../fault.h"
#include <stdio.h>

__attribute__((noinline)) static uint64_t whole(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f) {
  uint64_t *block = malloc(40);
  *block = 1;
  free(block);
  return a + 3 * b + 5 * c + 7 * d + 11 * e + 13 * f;
}
__attribute__((noinline)) static double real(double a, double b, double c, double d, double e, double f, double g, double h) {
  double *block = malloc(40);
  *block = 1;
  free(block);
  return a + 3 * b + 5 * c + 7 * d + 11 * e + 13 * f + 17 * g + 19 * h;
}

int main(int argc, char **argv) {
  uint64_t sum = 0;
  double total = 0;
  for (int i = 0; i < 1000; i++) {
    sum += whole(i, i + 1, i + 2, i + 3, i + 4, i + 5);
    total += real(i, i + 1, i + 2, i + 3, i + 4, i + 5, i + 6, i + 7);
  }
  printf("%lu %.0f\n", (unsigned long)sum, total);
  if (asked(argc, argv, "fault")) cross_free();
}
