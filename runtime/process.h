#ifndef CROSSFREE_PROCESS_H
#define CROSSFREE_PROCESS_H

/* Watches fork, exit, abort and odd ways of loading. */
void process_start(void);

#endif
