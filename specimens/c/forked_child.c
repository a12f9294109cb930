/* A forked child frees a block of its parent's twice: the block is its own copy, the second free is not.
 * expect: CF002 c -> c
 * acts: malloc fork free free
 */
#include "specimen.h"
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void in_child(void *block, int times) {
  if (fork() == 0) {
    free(hide(block));
    if (times > 1) free(hide(block));
    _exit(0);
  }
  wait(NULL);
  free(hide(block));
}

void fault(void) { in_child(malloc(64), 2); }

void healthy(void) { in_child(malloc(64), 1); }
