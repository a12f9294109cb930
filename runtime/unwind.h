/* Call stacks without a library: the modules' own unwind tables, each rule cached
 * by address, every read of the stack checked. Allocates nothing, takes no lock. */
#ifndef CROSSFREE_UNWIND_H
#define CROSSFREE_UNWIND_H

#include "common.h"

#define STACK_FRAMES_MAX 128

/* Writes the return addresses above the runtime's own frames, innermost first.
 * The first one is `return_address`, the place that called us. */
size_t unwind_stack(uintptr_t return_address, uint64_t *frames, size_t most, bool *truncated);

/* Where a thread was stopped; every word of its stack is read by `copy`, which refuses what is not there. */
struct unwind_start {
  uintptr_t pc, sp, fp;
  bool (*copy)(uintptr_t from, void *to, size_t size);
};

/* The instruction itself, then the return addresses, the runtime's own frames left out. `*context`: the
 * ucontext of the innermost signal handler among the frames, 0 when there is none. */
size_t unwind_from(const struct unwind_start *from, uint64_t *frames, size_t most, bool *truncated, uintptr_t *context);

#endif
