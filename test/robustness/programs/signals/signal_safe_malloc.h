/* An allocator that may be interrupted anywhere by a handler that allocates: it only counts up. With it
 * as the program's own, whatever breaks in a storm of signals is not the allocator's doing. */
#ifndef SIGNAL_SAFE_MALLOC_H
#define SIGNAL_SAFE_MALLOC_H
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

enum { HEADER = 16 };
static const size_t arena_size = (size_t)8 << 30;
static char *arena;
static size_t used;

static void *carve(size_t alignment, size_t size) {
  if (__atomic_load_n(&arena, __ATOMIC_ACQUIRE) == NULL) {
    char *fresh = mmap(NULL, arena_size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    char *none = NULL;
    if (!__atomic_compare_exchange_n(&arena, &none, fresh, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
      munmap(fresh, arena_size);
  }
  if (size > arena_size / 2 || alignment > arena_size / 2) return errno = ENOMEM, NULL;
  size_t room = HEADER + size + alignment + 15 & ~(size_t)15;
  size_t at = __atomic_fetch_add(&used, room, __ATOMIC_RELAXED);
  if (at + room > arena_size) return errno = ENOMEM, NULL;
  char *block = (char *)(((uintptr_t)arena + at + HEADER + alignment - 1) & ~(alignment - 1));
  *(size_t *)(block - HEADER) = size;
  return block;
}

void *malloc(size_t size) { return carve(16, size); }
void free(void *block) {}
void *calloc(size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) return errno = ENOMEM, NULL;
  return carve(16, bytes);
}
void *realloc(void *old, size_t size) {
  void *block = carve(16, size);
  if (old == NULL || block == NULL) return block;
  size_t before = *(size_t *)((char *)old - HEADER);
  return memcpy(block, old, before < size ? before : size);
}
void *memalign(size_t alignment, size_t size) { return carve(alignment < 16 ? 16 : alignment, size); }
void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
int posix_memalign(void **place, size_t alignment, size_t size) {
  void *block = memalign(alignment, size);
  if (block == NULL) return ENOMEM;
  *place = block;
  return 0;
}
size_t malloc_usable_size(void *block) { return block ? *(size_t *)((char *)block - HEADER) : 0; }
#endif
