/* What the ledger is told of modules. */
#ifndef CROSSFREE_MODULE_RECORDS_H
#define CROSSFREE_MODULE_RECORDS_H

#include "ledger_format.h"
#include "modules.h"

/* Tells that it is there; gives its record where that is its first. */
struct record_module *module_appeared(struct module *module);
void module_went(struct module *module);

/* Before a record with addresses: tells of the modules that these lie in, where that was put off. */
void modules_of_addresses(const uint64_t *addresses, size_t count);
/* The same with the room that is kept for findings. */
void modules_that_matter(const uint64_t *addresses, size_t count);

#endif
