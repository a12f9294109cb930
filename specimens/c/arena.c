/* An arena is carved out of one malloc. Its objects, the first of which starts where the chunk starts,
 * are never returned: the chunk is. Giving an object back is the fault.
 * expect: CF003 -> c where=interior offset=64
 * acts: malloc free
 */
#include "specimen.h"
#include <stdlib.h>

struct arena { char *chunk; size_t used; };

static void *arena_take(struct arena *arena, size_t size) {
  void *object = arena->chunk + arena->used;
  arena->used += size;
  return hide(object);
}

void fault(void) {
  struct arena arena = {malloc(4096), 0};
  arena_take(&arena, 64);
  free(arena_take(&arena, 64));
}

void healthy(void) {
  struct arena arena = {malloc(4096), 0};
  for (int i = 0; i < 60; i++) arena_take(&arena, 64);
  free(hide(arena.chunk));
}
