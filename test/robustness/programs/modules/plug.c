/* A library of which there are many copies, each with a soname of its own. */
#include "../fault.h"

void *make(int size) {
  void *block = malloc(size);
  HIDE(block);
  return block;
}

void late(void) {
  cross_free();
  __asm__ volatile("");
}
