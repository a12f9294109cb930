/* The loader's own list of what it has loaded, and what libc exports, whatever the program defines under the same name. */
#ifndef CROSSFREE_LOADED_H
#define CROSSFREE_LOADED_H

#include <link.h>

#include "common.h"

/* What the loader tells debuggers. */
const struct r_debug *loader_state(void);

#define EACH_LOADED(map) (const struct link_map *map = loader_state()->r_map; map; map = map->l_next)

/* The default version of an exported symbol in one object, by the hash tables that the loader itself uses; 0: it has none. */
uintptr_t export_of(uintptr_t base, const ElfW(Dyn) *dynamic, const char *name, size_t *size);

/* The C library's own definition: a program may have a function of the same name, or a sanitizer's that is not ready yet.
 * NULL: this C library has none. */
void *libc_symbol(const char *name);

/* By libc's own functions. */
void call_in_forked_child(void (*function)(void));
void call_at_exit(void (*function)(int, void *));

#endif
