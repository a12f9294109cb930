/* Finds Rust's allocation shims in a stripped module by what they must look like:
 * four jumps side by side, to functions that call malloc, free, realloc and calloc. */
#ifndef CROSSFREE_SHAPE_H
#define CROSSFREE_SHAPE_H

#include "symbols.h"

/* Fills in the shims and their default targets; false when nothing has that shape. */
bool find_shims_by_shape(const struct module *module, struct module_facts *facts);

#endif
