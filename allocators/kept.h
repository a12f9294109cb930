/* Pages of the kernel's, and what becomes of them where it would not bear one more hole between them.
 *
 * Linux allows a process 65,530 mappings, and pages that stand side by side are one. A page given back in
 * their middle makes them two: a program with many blocks would run out of mappings by our doing alone.
 * So where many stand, those that come back are emptied and kept for the next of their size. */
#ifndef KEPT_H
#define KEPT_H

#include <stdbool.h>
#include <stddef.h>

/* Fresh pages, all zero but perhaps their first word; NULL when there are none. `bytes` are whole pages. */
void *kept_map(size_t bytes);

/* Gives pages back, or keeps them. */
void kept_unmap(void *start, size_t bytes);

/* Whether pages of so many bytes would be kept now. */
bool kept_instead_of_hole(size_t bytes);

#endif
