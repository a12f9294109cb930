/* A clean-up function registered twice frees the same global when the program exits.
 * expect: CF002 c -> c
 * died: clean_up
 * acts: malloc atexit atexit
 */
#include "specimen.h"
#include <stdlib.h>

static void *global;

static void clean_up(void) { free(hide(global)); }

void fault(void) {
  global = malloc(64);
  atexit(clean_up);
  atexit(clean_up);
}

void healthy(void) {
  global = malloc(64);
  atexit(clean_up);
}
