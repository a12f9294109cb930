/* The allocators behind the worlds that the whole process shares (c, c++, c++[]), and which path their calls may take. */
#ifndef CROSSFREE_PROCESS_WORLDS_H
#define CROSSFREE_PROCESS_WORLDS_H

#include <stdbool.h>

struct module;

/* Finds them and turns the short paths on where they apply. `glibc_is_tuned`: GLIBC_TUNABLES is set, and its thread
 * cache may be another than usual. */
void process_worlds_start(bool glibc_is_tuned);

/* The module whose operator new calls by symbol end in; NULL when there is none yet. */
const struct module *process_worlds_cxx(void);

/* The C++ library came later than us. */
void process_worlds_late_cxx(const struct module *module);

/* The executable defines malloc: that is the c world's allocator, not what comes after us. */
void process_worlds_own_malloc(struct module *module);

/* No short paths: every birth and every release is looked at with care. */
void process_worlds_careful(void);

#endif
