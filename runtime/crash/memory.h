#ifndef CROSSFREE_CRASH_MEMORY_H
#define CROSSFREE_CRASH_MEMORY_H

#include "../common.h"

/* Asks once for the memory map, on behalf of a thread whose stack pointer this is. Without an answer its stack and the
 * modules are what can be read. */
void memory_learn(uintptr_t stack_pointer);

/* Copies memory that may not be there; false: it is not, or that is not known. */
bool memory_copy(uintptr_t from, void *to, size_t size);

#endif
