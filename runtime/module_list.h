/* The list of modules, which one thread at a time changes and any thread reads, also in a signal handler in the midst of
 * a change: two lists take turns, and who finds that his was put aside looks again. */
#ifndef CROSSFREE_MODULE_LIST_H
#define CROSSFREE_MODULE_LIST_H

#include "modules.h"

struct module_list {
  size_t count, capacity;
  struct module **loaded; /* in the loader's order */
  struct module **placed; /* by start address */
  struct module **named;  /* by link map: an open hash table */
  size_t mask;
};

/* The list that is not read, empty, with room for `count` modules; NULL: there is no memory. Put modules into `loaded`. */
struct module_list *list_to_fill(size_t count);
void list_publish(struct module_list *list, size_t count);

/* The list that is read. */
const struct module_list *modules_now(void);

/* For who changes it: the module that was there under this link map. */
struct module *module_of_map(const struct link_map *map);

#endif
