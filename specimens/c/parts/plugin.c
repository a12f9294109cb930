/* A library that hands out blocks of its own making. */
#include <stdlib.h>

void *plugin_make(void) {
  void *block = malloc(200);
  __asm__ volatile("" : "+r"(block) : : "memory");
  return block;
}
