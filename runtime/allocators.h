/* Allocators that worlds are put on: their functions taken from their own modules, and what is
 * missing built on those. */
#ifndef CROSSFREE_ALLOCATORS_H
#define CROSSFREE_ALLOCATORS_H

#include "intercept.h"
#include "modules.h"

#define ALLOCATOR_SLOTS 12

enum { RUST_ALLOC, RUST_ALLOC_ZEROED, RUST_DEALLOC, RUST_REALLOC };

struct allocator {
  const struct module *module; /* NULL: the slot is free */
  uint32_t known;              /* enum known_allocator */
  void *(*malloc)(size_t);
  void (*free)(void *);
  void *(*calloc)(size_t, size_t);
  void *(*realloc)(void *, size_t);
  int (*posix_memalign)(void **, size_t, size_t);
  void *(*memalign)(size_t, size_t);
  void *(*aligned_alloc)(size_t, size_t);
  size_t (*usable_size)(void *);
  /* What the bindings for Rust call. */
  void *(*mallocx)(size_t, int);
  void *(*rallocx)(void *, size_t, int);
  void (*sdallocx)(void *, size_t, int);
  void *(*mi_malloc_aligned)(size_t, size_t);
  void *(*mi_zalloc_aligned)(size_t, size_t);
  void *(*mi_realloc_aligned)(void *, size_t, size_t);
  void (*mi_free)(void *);
  void *(*tc_memalign)(size_t, size_t);
  void (*tc_free)(void *);
};

/* The slot of the allocator in this module; NULL: no malloc family in it, or no slot left. */
struct allocator *allocator_in(const struct module *module);
bool allocators_full(void);

/* A function of the C or C++ families as this allocator has it. */
void *allocator_function(struct allocator *allocator, unsigned function);

/* One of Rust's four shims, with their arguments, as the usual binding of this allocator does it. */
void *allocator_rust(struct allocator *allocator, unsigned shim);

#endif
