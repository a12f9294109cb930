/* Memory for the books (shadow, sites, tables), all of it asked of the kernel at the start: afterwards a sandbox may
 * allow nothing more. It costs address space, and memory only where it is touched. */
#ifndef CROSSFREE_RESERVE_H
#define CROSSFREE_RESERVE_H

#include "common.h"

enum reserve_kind {
  RESERVE_NONE,  /* the limits leave no room: the program runs unobserved */
  RESERVE_SMALL, /* under a limit of address space, or strict overcommit: blocks are kept in a table */
  RESERVE_WHOLE,
};

/* Before anything else here; any number of times. */
enum reserve_kind reserve_start(void);

/* Zeroed memory that is never given back, aligned to 64 bytes, or to a page where it is as large as one.
 * NULL: there is no more. */
void *reserve_take(size_t size);

/* Takes memory for a place that is still NULL; another thread may be quicker. Gives what is there then. */
void *reserve_once(void **place, size_t size);

/* Memory of our own besides the books, which stays when those go. Never given back; 16-byte aligned. */
void *own_memory(size_t size);

/* An address-space limit is coming: gives back what is not taken, but for `keep` bytes. */
void reserve_shrink(size_t keep);

/* Gives back a part that was taken; whole pages. */
void reserve_give_back(void *part, size_t size);

/* What is taken and was not given back. */
size_t reserve_in_use(void);

/* The books are closed: gives all of it back. Nobody may look there any more. */
void reserve_drop(void);

/* For mlockall: is it ours? */
bool reserve_owns(uintptr_t start, uintptr_t end);

#endif
