#ifndef CROSSFREE_PROCESS_H
#define CROSSFREE_PROCESS_H

/* Watches fork, exit and abort. */
void process_start(void);

/* Watches dlopen and dlsym. */
void loading_start(void);

#endif
