/* Back to where a signal came, without the system call that a handler returns by: a sandbox may forbid it. */
#ifndef CROSSFREE_CRASH_RESUME_H
#define CROSSFREE_CRASH_RESUME_H

#include <ucontext.h>

/* With these registers; the signal mask stays as it is now. */
__attribute__((noreturn)) void context_resume(const ucontext_t *context);

/* A fault that the kernel ends the process with by this signal, which must be blocked. Returns where there is none. */
void fault_by(int signal);

#endif
