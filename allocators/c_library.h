#ifndef C_LIBRARY_H
#define C_LIBRARY_H

/* What the C library itself calls by this name, whatever stands before it; NULL when it has no such
 * thing. Allocates nothing and takes no lock. Asking the loader would find the first definition, and
 * dlsym may allocate. */
void *c_library_symbol(const char *name);

#endif
