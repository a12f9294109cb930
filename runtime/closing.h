#ifndef CROSSFREE_CLOSING_H
#define CROSSFREE_CLOSING_H

#include <stddef.h>

/* Books of at most so many bytes of address space, where no other thread can be at work in them: in a table instead of the
 * shadow. Where that is too much as well the program runs unobserved from here on, and the ledger says so. */
void make_books_small(size_t most);

/* The same from the start: there was no room for them. */
void leave_books_closed(void);

#endif
