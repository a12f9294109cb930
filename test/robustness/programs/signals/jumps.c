/* setjmp and longjmp across frames that hold blocks, at many depths. */
#include "../fault.h"
#include <setjmp.h>
#include <stdio.h>

static jmp_buf back;
static void *held[64];

__attribute__((noinline)) static void down(int depth) {
  held[depth] = malloc(depth + 1);
  if (depth == 0) longjmp(back, 1);
  down(depth - 1);
  __asm__ volatile("");
}

int main(int argc, char **argv) {
  volatile int jumps = 0;
  for (volatile int i = 0; i < 10000; i++) {
    if (setjmp(back) == 0) down(i % 64);
    jumps++;
    for (int j = 0; j <= i % 64; j++) free(held[j]);
  }
  if (asked(argc, argv, "fault")) cross_free();
  printf("%d jumps\n", jumps);
}
