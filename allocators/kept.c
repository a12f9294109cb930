#include "kept.h"

#include <stdatomic.h>

#include "allocator.h"
#include "kernel.h"
#include "lock.h"

/* From this many on pages are kept: half of what the kernel allows, the rest is the program's own. */
#define MANY 32000
/* Longer ones go back: a program that has many of them has no memory left before it has no mapping. */
#define MOST_PAGES 64

/* In the first word of kept pages. */
struct kept {
  struct kept *next;
};

/* Mappings that we made and that stand, kept ones too. */
static _Atomic size_t standing;
/* By their number of pages. */
static struct kept *kept[MOST_PAGES + 1];

bool kept_instead_of_hole(size_t bytes) {
  return bytes % PAGE == 0 && bytes / PAGE <= MOST_PAGES && atomic_load(&standing) >= MANY;
}

static struct kept *take(size_t pages) {
  lock_take();
  struct kept *found = kept[pages];
  if (found) kept[pages] = found->next;
  lock_release();
  return found;
}

void *kept_map(size_t bytes) {
  void *start = kept_instead_of_hole(bytes) ? take(bytes / PAGE) : NULL;
  if (start) return start;
  start = map_pages(bytes);
  if (start) atomic_fetch_add(&standing, 1);
  return start;
}

/* They read as zero afterwards; the kernel refuses pages that are locked, and what is no mapping. */
static bool empty(void *start, size_t bytes) {
  return !kernel_failed(kernel(SYS_madvise, (long)start, (long)bytes, MADV_DONTNEED, 0, 0, 0));
}

void kept_unmap(void *start, size_t bytes) {
  if (bytes && kept_instead_of_hole(bytes) && empty(start, bytes)) {
    struct kept *back = start;
    lock_take();
    back->next = kept[bytes / PAGE];
    kept[bytes / PAGE] = back;
    lock_release();
  } else if (!kernel_failed(kernel(SYS_munmap, (long)start, (long)bytes, 0, 0, 0, 0)) &&
             atomic_load(&standing) > 0) {
    atomic_fetch_sub(&standing, 1);
  }
}
