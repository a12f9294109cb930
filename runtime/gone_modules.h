/* Modules that were unloaded. Many come back to where they were: they are known again, by the same id. */
#ifndef CROSSFREE_GONE_MODULES_H
#define CROSSFREE_GONE_MODULES_H

#include "modules.h"

void module_is_gone(struct module *module);

/* Takes the one that was what `read` is; NULL: there is none. */
struct module *gone_module_like(const struct module *read);

/* A module that is what `read` is, with a copy of its path; NULL: there is no memory. */
struct module *module_memory(const struct module *read);

#endif
