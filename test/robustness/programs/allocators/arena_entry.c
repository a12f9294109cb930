/* A healthy program whose own malloc has one more way in, as mozjemalloc's arenas are: what that hands out goes back
 * through free, and what malloc handed out goes back through it. With `fault` a block crosses worlds, too. */
#include "own_malloc.c"
#include "../fault.h"
#include <stdio.h>

#ifndef TAKE
#define TAKE arena_malloc
#define GIVE arena_free
#endif

void *TAKE(size_t size) { return own_take(16, size); }
void GIVE(void *block) { own_give(block); }

/* Through pointers, as a table of hooks is called. */
static void *(*volatile take)(size_t) = malloc;
static void (*volatile give)(void *) = free;

int main(int argc, char **argv) {
  void *kept[100];
  for (int i = 0; i < 100; i++) {
    give(take(40));
    void *block = TAKE(40);
    memset(block, i, 40);
    give(block);
  }
  for (int round = 0; round < 2; round++) {
    for (int i = 0; i < 100; i++) memset(kept[i] = take(200), i, 200);
    for (int i = 0; i < 100; i++) round ? give(kept[i]) : GIVE(kept[i]);
  }
  if (asked(argc, argv, "fault")) cross_free();
  puts("healthy");
  return 0;
}
