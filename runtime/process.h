#ifndef CROSSFREE_PROCESS_H
#define CROSSFREE_PROCESS_H

/* Watches fork, exit and abort. */
void process_start(void);

/* The process that runs this program: not a vfork's child, which lives in its memory. */
int process_observed(void);

/* Called before the process ends by exit or _exit, in a forked child, before the program gives up system
 * calls; NULL: nothing. */
extern void (*process_before_exit)(void), (*process_after_fork)(void), (*process_before_sandbox)(void);

/* Watches dlopen and dlsym. */
void loading_start(void);

#endif
