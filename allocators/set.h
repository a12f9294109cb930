/* A set of numbers above 1, in pages of its own. Every function wants the lock. */
#ifndef SET_H
#define SET_H

#include <stdbool.h>
#include <stdint.h>

bool set_has(uintptr_t member);

/* False when there is no memory for it. */
bool set_add(uintptr_t member);

void set_remove(uintptr_t member);

#endif
