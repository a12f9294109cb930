#ifndef CROSSFREE_PROCESS_H
#define CROSSFREE_PROCESS_H

/* Watches fork, exit and abort. */
void process_start(void);

/* The process that runs this program: not a vfork's child, which lives in its memory. */
int process_observed(void);

/* Watches dlopen and dlsym. */
void loading_start(void);

#endif
