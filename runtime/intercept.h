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

/* Finds the allocator behind the process-wide worlds and turns the short paths on where they apply.
 * `glibc_is_tuned`: GLIBC_TUNABLES is set, and its thread cache may be another than usual. */
void intercept_start(bool glibc_is_tuned);

/* The module whose operator new calls by symbol end in; NULL when there is none yet. */
const struct module *intercept_provider_cxx(void);

/* Our wrapper instead of the real function that `found` is; else `found` itself. */
void *intercept_instead(const char *name, void *found);

/* The C++ library came later than us. */
void intercept_late_cxx(const struct module *module);

/* No short paths: every birth and every release is looked at with care. */
void intercept_slowly(void);

/* The executable defines malloc: that is the c world's allocator, not what comes after us. */
void intercept_own_malloc(struct module *module);

#endif
