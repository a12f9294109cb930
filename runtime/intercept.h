/* The table of intercepted functions and how their real ones are found. */
#ifndef CROSSFREE_INTERCEPT_H
#define CROSSFREE_INTERCEPT_H

#include "common.h"

struct module;

#define REQUIRED 1
#define OPTIONAL 0

enum family { FAMILY_C, FAMILY_VENDOR, FAMILY_EMBEDDED, FAMILY_CXX, FAMILY_RUST };

#define ALLOCATE(name, shown, world, need, parameters, arguments, size, alignment, family) FUNCTION_##name,
#define RELEASE(name, shown, world, need, parameters, arguments, pointer, size, alignment, family) FUNCTION_##name,
#define REALLOCATE RELEASE
#define SPECIAL(name, shown, world, need, kind, count, family) FUNCTION_##name,
enum function_id {
  FUNCTION_NONE,
#include "functions.def"
  FUNCTION_COUNT
};
#undef ALLOCATE
#undef RELEASE
#undef REALLOCATE
#undef SPECIAL

struct function {
  const char *name;
  enum family family;
  uint32_t world;
  bool required;
  bool has_result;
  void *hooked;       /* wrapper for a redirected entry */
  unsigned arguments; /* how many; the hook travels in the next one */
};

extern const struct function functions[FUNCTION_COUNT];

/* Finds the real malloc family now. */
void intercept_resolve(void);

/* The real malloc stays what it is: that of the executable, which defines its own. */
void intercept_keep_real(void);

/* Set while a malloc or an operator of the program's allocator is at work for one of our wrappers. */
extern THREAD_LOCAL bool inside_allocator HIDDEN;

/* The other names of this allocator are redirected too: where our wrappers call it, they say that they are inside. */
void intercept_under(const struct module *provider);

/* Then: the entry at `target` is redirected, and what our wrappers call there is `original`. */
void intercept_past(const void *target, void *original);

/* Our wrapper instead of the real function that `found` is; else `found` itself. */
void *intercept_instead(const char *name, void *found);

#endif
