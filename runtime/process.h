#ifndef CROSSFREE_PROCESS_H
#define CROSSFREE_PROCESS_H

/* Watches fork, exit and abort. */
void process_start(void);

/* Called before the process ends by exit or _exit, in a forked child, and in who waited for a
 * child made by vfork; NULL: nothing. */
extern void (*process_before_exit)(void), (*process_after_fork)(void), (*process_after_vfork)(void);

/* Watches dlopen and dlsym. */
void loading_start(void);

#endif
