/* Allocates; says what it was asked to preload last, which must be what the user had asked for. */
#include "../fault.h"
#include <stdio.h>

int main(int argc, char **argv) {
  for (int i = 0; i < 100; i++) free(realloc(malloc(i), 2 * i + 1));
  if (asked(argc, argv, "fault")) cross_free();
  const char *all = getenv("LD_PRELOAD");
  const char *last = all ? strrchr(all, '/') : NULL;
  puts(last ? last : "nothing");
}
