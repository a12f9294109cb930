// One value, on the stack (`stack`) or on the heap (`heap`): gdb stops at each step and looks at it.

#include <stdlib.h>
#include <string.h>

const void *watched;
unsigned long watched_size;

__attribute__((noinline)) void step(void) { __asm__ volatile("" ::: "memory"); }

__attribute__((noinline)) static void on_stack(void) {
  volatile long value;
  watched = (const void *)&value;
  watched_size = sizeof value;
  step();
  value = 0x1122334455667788;
  step();
}

__attribute__((noinline)) static void on_heap(void) {
  volatile int *numbers = malloc(10 * sizeof *numbers);
  watched = (const void *)numbers;
  watched_size = 10 * sizeof *numbers;
  step();
  for (int i = 0; i < 10; i++) {
    numbers[i] = 0x01010101 * (i + 1);
    if (i == 4) step();
  }
  step();
  free((void *)numbers);
  step();
}

int main(int count, char **arguments) {
  if (count > 1 && strcmp(arguments[1], "stack") == 0) on_stack();
  else on_heap();
  return 0;
}
