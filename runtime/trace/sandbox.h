#ifndef CROSSFREE_TRACE_SANDBOX_H
#define CROSSFREE_TRACE_SANDBOX_H

#include <stdbool.h>

/* The program gave up system calls that writing a trace needs. */
bool in_sandbox(void);

#endif
