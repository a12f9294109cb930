/* One lock for the whole allocator: the laboratory compares what allocators do, not how fast. */
#ifndef LOCK_H
#define LOCK_H

/* Taken around every change of the allocator's own state. A fork in one thread while another holds
 * it leaves the child with a lock that can be taken. */
void lock_take(void);
void lock_release(void);

#endif
