/* Copies the first instructions of a function so that they work elsewhere. */
#ifndef CROSSFREE_RELOCATE_H
#define CROSSFREE_RELOCATE_H

#include "common.h"

/* Copies whole instructions, at least `least` bytes, from `from` (a function of `size` bytes)
 * to `to` (room for `room`), and appends a jump to the rest. Gives the bytes written; 0 when
 * this code must not be moved: a branch into the copied part, or something not understood. */
size_t relocate_prologue(uintptr_t from, size_t size, size_t least, uint8_t *to, size_t room);

bool relocate_available(void);

/* True when the function calls code that its compiler could not see: then its callers must expect
 * that it changes every register that a call may change. False where that is not certain. */
bool calls_unknown_code(uintptr_t from, size_t size);

/* True when nothing but filling between functions lies in these bytes. */
bool is_filling(uintptr_t from, uintptr_t to);

#endif
