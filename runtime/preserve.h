/* Calls of a redirected function that must find every register as the function would have left it.
 *
 * A compiler that sees a function's body knows which registers it does not touch and may keep
 * values in them across the call (gcc's -fipa-ra), so for code of the module itself the calling
 * convention is not enough: all registers but the result are saved around our wrapper. */
#ifndef CROSSFREE_PRESERVE_H
#define CROSSFREE_PRESERVE_H

#include "common.h"

/* Where an island jumps to, with the hook on the stack. */
void preserve_entry(void);

/* Once, before the first hook. */
void preserve_start(void);

/* The caller's place when this call came through preserve_entry. */
struct call_place preserved_place(struct call_place here);

#endif
