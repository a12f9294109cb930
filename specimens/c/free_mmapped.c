/* A mapping is given to free instead of munmap.
 * expect: CF003 -> c where=mapped
 * acts: mmap free
 */
#include "specimen.h"
#include <stdlib.h>
#include <sys/mman.h>

static void *map(void) {
  return mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

void fault(void) { free(hide(map())); }

void healthy(void) { munmap(hide(map()), 65536); }
