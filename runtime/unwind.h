/* Call stacks without a library: the modules' own unwind tables, each rule cached
 * by address, every read of the stack checked. Allocates nothing, takes no lock. */
#ifndef CROSSFREE_UNWIND_H
#define CROSSFREE_UNWIND_H

#include "common.h"

#define STACK_FRAMES_MAX 128

/* Writes the return addresses above the runtime's own frames, innermost first.
 * The first one is `return_address`, the place that called us. */
size_t unwind_stack(uintptr_t return_address, uint64_t *frames, size_t most, bool *truncated);

#endif
