#ifndef CROSSFREE_LAUNCHER_LAYOUT_H
#define CROSSFREE_LAUNCHER_LAYOUT_H

/* Writes sizes and offsets of the protocol as the compiler sees them; the exit status. */
int print_layout(void);

#endif
