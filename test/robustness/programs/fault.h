/* The fault that is planted to see whether it is still found: a C block given to C++ delete.
 * Harmless on glibc, where both sit on one allocator. */
#ifndef FAULT_H
#define FAULT_H
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
#include <new>
static void give_back(void *block) { ::operator delete(block); }
#else
extern void _ZdlPv(void *);
static void give_back(void *block) { _ZdlPv(block); }
#endif

/* Keeps the optimiser from seeing where a pointer comes from. */
#define HIDE(pointer) __asm__ volatile("" : "+r"(pointer)::"memory")

__attribute__((noinline)) static void cross_free(void) {
  void *block = malloc(40);
  HIDE(block);
  give_back(block);
  __asm__ volatile(""); /* no tail call: this function is to be seen in the stack */
}

/* True when the program was called with this word as an argument. */
static int asked(int argc, char **argv, const char *word) {
  for (int i = 1; i < argc; i++)
    if (strcmp(argv[i], word) == 0) return 1;
  return 0;
}
#endif
