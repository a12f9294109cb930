/* standard: hands everything on to the C library's malloc, found by address. Asking for it by name
 * would find whichever malloc comes first, and dlsym may itself allocate. */
#include "allocator.h"

#include <string.h>

#include "c_library.h"

static struct {
  void *(*malloc)(size_t);
  void (*free)(void *);
  void *(*calloc)(size_t, size_t);
  void *(*realloc)(void *, size_t);
  void *(*memalign)(size_t, size_t);
  size_t (*usable)(void *);
} libc;

/* Two threads that come here at once write the same addresses; `malloc` comes last and says so. */
static void find(void) {
  if (__atomic_load_n(&libc.malloc, __ATOMIC_ACQUIRE)) return;
  libc.free = c_library_symbol("free");
  libc.calloc = c_library_symbol("calloc");
  libc.realloc = c_library_symbol("realloc");
  libc.memalign = c_library_symbol("memalign");
  libc.usable = c_library_symbol("malloc_usable_size");
  __atomic_store_n(&libc.malloc, c_library_symbol("malloc"), __ATOMIC_RELEASE);
}

void *allocator_allocate(size_t size, size_t alignment, bool zeroed) {
  find();
  if (alignment == LEAST_ALIGNMENT) return zeroed ? libc.calloc(1, size) : libc.malloc(size);
  void *block = libc.memalign(alignment, size);
  return block && zeroed ? memset(block, 0, size) : block;
}

void allocator_release(void *block, const char *function) {
  (void)function;
  find();
  libc.free(block);
}

size_t allocator_usable(void *block, const char *function) {
  (void)function;
  find();
  return libc.usable(block);
}

void *allocator_resize(void *block, size_t size) {
  find();
  return libc.realloc(block, size);
}
