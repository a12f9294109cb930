/* What the parts of adopt.h share. */
#ifndef CROSSFREE_ADOPT_PARTS_H
#define CROSSFREE_ADOPT_PARTS_H

#include "hook.h"
#include "intercept.h"
#include "modules.h"
#include "symbols.h"

struct hook_request request_for(const struct module *module, unsigned id, const struct symbol *symbol, uint32_t world);

/* Calls of malloc and free out of this module are told apart after the run. */
void suspect(struct module *module);

/* Redirects every function of one family that the module defines. */
bool hook_family(struct module *module, const struct module_facts *facts, enum family family, uint32_t world,
                 uint32_t world_array);

/* Redirects the allocator's own names in the module that serves malloc. The first one that could not be; else NULL. */
const char *hook_names(struct module *module, const struct module_facts *facts);

/* For a module that holds code of rustc's. */
void adopt_rust(struct module *module, struct module_facts *facts);

#endif
