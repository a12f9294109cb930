/* The malloc family, as C17, POSIX and glibc define it, on top of one allocator. */
#include "allocator.h"

#include <errno.h>
#include <string.h>

#define LARGEST ((size_t)PTRDIFF_MAX - PAGE)

static bool is_power_of_two(size_t value) { return value != 0 && (value & (value - 1)) == 0; }

static void *allocate(size_t size, size_t alignment, bool zeroed) {
  if (alignment < LEAST_ALIGNMENT) alignment = LEAST_ALIGNMENT;
  void *block = NULL;
  if (size <= LARGEST && alignment <= LARGEST - size) block = allocator_allocate(size, alignment, zeroed);
  if (!block) errno = ENOMEM;
  return block;
}

/* errno belongs to the program: releasing must not change it. */
static void release(void *block, const char *function) {
  if (!block) return;
  int kept = errno;
  allocator_release(block, function);
  errno = kept;
}

EXPORT void *malloc(size_t size) { return allocate(size, LEAST_ALIGNMENT, false); }

EXPORT void free(void *block) { release(block, "free"); }

EXPORT void *calloc(size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) bytes = SIZE_MAX;
  return allocate(bytes, LEAST_ALIGNMENT, true);
}

/* As glibc does it: realloc(block, 0) releases the block. */
EXPORT void *realloc(void *block, size_t size) {
  if (!block) return malloc(size);
  if (size == 0) {
    release(block, "realloc");
    return NULL;
  }
  void *resized = size <= LARGEST ? allocator_resize(block, size) : NULL;
  if (!resized) errno = ENOMEM;
  return resized;
}

EXPORT void *reallocarray(void *block, size_t count, size_t size) {
  size_t bytes;
  if (!__builtin_mul_overflow(count, size, &bytes)) return realloc(block, bytes);
  errno = ENOMEM;
  return NULL;
}

/* Says what is wrong in its result and leaves errno and, on failure, `*result` alone. */
EXPORT int posix_memalign(void **result, size_t alignment, size_t size) {
  if (!is_power_of_two(alignment) || alignment % sizeof(void *) != 0) return EINVAL;
  int kept = errno;
  void *block = allocate(size, alignment, false);
  errno = kept;
  if (!block) return ENOMEM;
  *result = block;
  return 0;
}

EXPORT void *aligned_alloc(size_t alignment, size_t size) {
  if (is_power_of_two(alignment)) return allocate(size, alignment, false);
  errno = EINVAL;
  return NULL;
}

/* Older than the rule of powers of two: glibc rounds up to one. */
EXPORT void *memalign(size_t alignment, size_t size) {
  if (alignment > LARGEST) return aligned_alloc(0, size);
  size_t power = LEAST_ALIGNMENT;
  while (power < alignment) power *= 2;
  return allocate(size, power, false);
}

EXPORT void *valloc(size_t size) { return allocate(size, PAGE, false); }

EXPORT void *pvalloc(size_t size) {
  return allocate(size <= LARGEST ? round_up(size, PAGE) : size, PAGE, false);
}

EXPORT size_t malloc_usable_size(void *block) {
  return block ? allocator_usable(block, "malloc_usable_size") : 0;
}

/* C23 */
EXPORT void free_sized(void *block, size_t size) {
  (void)size;
  release(block, "free_sized");
}

EXPORT void free_aligned_sized(void *block, size_t alignment, size_t size) {
  (void)alignment;
  (void)size;
  release(block, "free_aligned_sized");
}
