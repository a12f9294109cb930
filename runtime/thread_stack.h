/* The stack of the calling thread, by glibc's own notes in its control block: nothing is asked of the kernel. */
#ifndef CROSSFREE_THREAD_STACK_H
#define CROSSFREE_THREAD_STACK_H

#include "common.h"

/* The part of it that holds `inside` up to its end. False: that lies on another stack, or glibc's notes are not found. */
bool thread_stack_of(uintptr_t inside, uintptr_t *low, uintptr_t *high);

/* The first thread's stack, which ends above its arguments. */
bool is_main_stack(uintptr_t inside);
uintptr_t main_stack_end(void);

#endif
