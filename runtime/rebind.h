/* An allocator behind us must work as if it stood alone: its own calls of malloc do not come to us. */
#ifndef CROSSFREE_REBIND_H
#define CROSSFREE_REBIND_H

#include "modules.h"

/* Binds what the module imports of the malloc family to its own functions, else to those behind us. */
void rebind_allocator(const struct module *module);

/* Does some other module that is not arranged ask for this one by name? */
bool is_needed(const struct module *module);

#endif
