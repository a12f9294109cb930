/* What the allocator behind malloc offers beside malloc: its own names, which are redirected, and what may be left. */
#ifndef CROSSFREE_ENTRIES_H
#define CROSSFREE_ENTRIES_H

#include "modules.h"
#include "symbols.h"

/* How much of what the c world's allocator hands out and takes back passes us. */
enum sight {
  SIGHT_WHOLE,
  SIGHT_DOUBTFUL, /* no function that others can call looks like one more entry, but helpers of its own do */
  SIGHT_PARTIAL   /* it has other entries: blocks come and go unseen, and re-use proves nothing */
};

extern enum sight c_sight;

/* The operators new and delete are in that module too, and may be inlined there. */
extern bool cxx_in_allocator;

/* Some module whose static memory such an allocator may hand out; 0: none. */
extern uint32_t own_allocator_module;

/* Redirects the allocator's own names where `module` is, or serves, the c world's malloc, and judges what is left. */
void adopt_entries(struct module *module, const struct module_facts *facts);

/* Whether a symbol of an allocator's module may be an entry that is not in our list. */
bool may_be_an_entry(const char *name);

#endif
