/* Vectors that grow by realloc, many at a time, up to some hundred kilobytes each. */
#include <stdio.h>
#include <stdlib.h>

#include "random.h"

#define VECTORS 64

struct vector {
  uint32_t *items;
  uint32_t length, capacity;
};

static void push(struct vector *vector, uint32_t item) {
  if (vector->length == vector->capacity) {
    vector->capacity = vector->capacity ? vector->capacity + vector->capacity / 2 : 4;
    vector->items = realloc(vector->items, vector->capacity * sizeof *vector->items);
    if (!vector->items) exit(1);
  }
  vector->items[vector->length++] = item;
}

int main(int argc, char **argv) {
  long rounds = argc > 1 ? atol(argv[1]) : 100;
  uint64_t state = 23, sum = 0;
  for (long round = 0; round < rounds; round++) {
    struct vector vectors[VECTORS] = {0};
    /* Most vectors stay short, some get long: the length's order of magnitude is random. */
    for (int i = 0; i < VECTORS * 4; i++) {
      struct vector *vector = &vectors[random_below(&state, VECTORS)];
      uint32_t more = random_below(&state, 1u << (2 + random_below(&state, 14)));
      for (uint32_t k = 0; k < more; k++) push(vector, k);
    }
    for (int i = 0; i < VECTORS; i++) {
      /* Shrunk to fit before the last look, as a finished buffer often is. */
      if (vectors[i].length) {
        vectors[i].items = realloc(vectors[i].items, vectors[i].length * sizeof *vectors[i].items);
        if (!vectors[i].items) return 1;
        sum += vectors[i].items[vectors[i].length - 1];
      }
      free(vectors[i].items);
    }
  }
  printf("grow %llu\n", (unsigned long long)sum);
  return 0;
}
