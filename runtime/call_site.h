/* Which world a call of the malloc family speaks for. */
#ifndef CROSSFREE_CALL_SITE_H
#define CROSSFREE_CALL_SITE_H

#include "common.h"

/* WORLD_C; the caller's undetermined world, where only debug info can tell; or WORLD_ANY, when
 * the call came by a tail jump and the return address is not that of the code that made it. */
uint32_t c_world_of_call(uintptr_t return_address);

#endif
