/* An address that was mapped once, and no longer is, is freed.
 * expect: CF003 -> c where=unmapped
 * acts: mmap munmap free
 */
#include "specimen.h"
#include <stdlib.h>
#include <sys/mman.h>

void fault(void) {
  char *page = mmap(NULL, 1 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(page, 1 << 20);
  free(hide(page + (1 << 19)));
}

void healthy(void) {
  char *page = mmap(NULL, 1 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(hide(page), 1 << 20);
}
