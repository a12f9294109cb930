/* Which module serves a function, and which allocator that is. */
#ifndef CROSSFREE_PROVIDER_H
#define CROSSFREE_PROVIDER_H

#include "common.h"
#include "modules.h"

/* The module that the loader would bind `name` to if we were not there; NULL when no module has it. */
const struct module *next_definition(const char *name, uintptr_t *address);

/* What a call by symbol is to end in: of the allocator that is arranged for its world, else next_definition's. May be
 * the first that is asked of us. Ends the process when no module has it. */
void *real_definition(const char *name);

/* enum known_allocator */
uint32_t allocator_of(const struct module *module);

void record_provider(uint32_t world, const struct module *module, uint32_t allocator);

/* Does the module's file name begin so? */
bool module_named(const struct module *module, const char *prefix);

#endif
