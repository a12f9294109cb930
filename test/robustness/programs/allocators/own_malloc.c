/* The whole malloc family, on an allocator of its own. In an executable, in a preloaded library, or in one
 * that is linked. */
#include "own_malloc.h"

void *malloc(size_t size) { return own_take(16, size); }
void free(void *block) { own_give(block); }
void *calloc(size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) return errno = ENOMEM, (void *)NULL;
  void *block = own_take(16, bytes);
  return block ? memset(block, 0, bytes) : NULL;
}
void *realloc(void *old, size_t size) {
  if (old == NULL) return malloc(size);
  if (size == 0) return free(old), (void *)NULL;
  size_t room = own_room(old);
  if (size <= room) return old;
  void *block = own_take(16, size);
  if (block == NULL) return NULL;
  memcpy(block, old, room);
  own_give(old);
  return block;
}
void *memalign(size_t alignment, size_t size) { return own_take(alignment < 16 ? 16 : alignment, size); }
void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
void *valloc(size_t size) { return memalign(4096, size); }
void *pvalloc(size_t size) { return memalign(4096, size + 4095 & ~(size_t)4095); }
int posix_memalign(void **place, size_t alignment, size_t size) {
  if (alignment < sizeof(void *) || (alignment & (alignment - 1))) return EINVAL;
  void *block = memalign(alignment, size);
  if (block == NULL) return ENOMEM;
  *place = block;
  return 0;
}
size_t malloc_usable_size(void *block) { return block ? own_room(block) : 0; }
long own_malloc_calls(void) { return own_calls; }
