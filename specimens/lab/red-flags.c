// Each argument makes the C library's malloc say one of its sentences and abort; `write` is a store through null,
// three calls deep.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *volatile hidden;
static void *hide(void *pointer) {
  hidden = pointer;
  return hidden;
}

struct place {
  long first, second;
};

__attribute__((noinline)) static void inner(struct place *place) {
  place->second = 42; // the fault
  __asm__ volatile("" ::: "memory");
}
__attribute__((noinline)) static void middle(struct place *place) {
  inner(place);
  __asm__ volatile("" ::: "memory");
}

static volatile uint64_t *words(void *block) { return hide(block); }

int main(int count, char **arguments) {
  const char *what = count > 1 ? arguments[1] : "";
  if (strcmp(what, "write") == 0) middle(hide(NULL));
  if (strcmp(what, "pointer") == 0) free((char *)hide(malloc(64)) + 8);
  if (strcmp(what, "foreign") == 0) {
    static char own[64] __attribute__((aligned(16)));
    free(hide(own));
  }
  if (strcmp(what, "twice") == 0) {
    void *block = hide(malloc(64));
    free(hide(block));
    free(hide(block));
  }
  if (strcmp(what, "corruption") == 0) {
    void *block = hide(malloc(2000)), *behind = hide(malloc(2000));
    free(hide(block));
    free(hide(block));
    free(behind);
  }
  if (strcmp(what, "top") == 0) {
    volatile uint64_t *last = words(malloc(24));
    last[3] = 0x100000;
    hide(malloc(1 << 16));
  }
  if (strcmp(what, "mapped") == 0) {
    volatile uint64_t *block = words(malloc(64));
    block[-1] |= 2;
    free(hide((void *)block));
  }
  if (strcmp(what, "sizes") == 0) {
    volatile uint64_t *first = words(malloc(2000)), *second = words(malloc(2000));
    hide(malloc(64));
    free(hide((void *)first));
    first[-1] += 16;
    free(hide((void *)second));
  }
  puts("still here");
  return 0;
}
