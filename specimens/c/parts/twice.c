/* A malloc that never reuses memory, and, once told so, hands out its last block again. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static char memory[16 << 20] __attribute__((aligned(4096)));
static size_t used;
static void *last;
static int again;

void hand_out_twice(void) { again = 1; }

static size_t *size_of(void *block) { return (size_t *)block - 1; }

static void *take(size_t size, size_t alignment) {
  if (again) {
    again = 0;
    return last;
  }
  size_t start, rounded = (size + 15) & ~(size_t)15;
  size_t before = __atomic_fetch_add(&used, 16 + alignment + rounded, __ATOMIC_RELAXED);
  if (before + 16 + alignment + rounded > sizeof memory) {
    errno = ENOMEM;
    return NULL;
  }
  start = ((uintptr_t)memory + before + 16 + alignment - 1) & ~(alignment - 1);
  last = (void *)start;
  *size_of(last) = size;
  return last;
}

void *malloc(size_t size) { return take(size, 16); }
void *calloc(size_t count, size_t size) { return take(count * size, 16); } /* static memory is zero */
void *memalign(size_t alignment, size_t size) { return take(size, alignment < 16 ? 16 : alignment); }
void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
void free(void *block) { (void)block; }

int posix_memalign(void **result, size_t alignment, size_t size) {
  return (*result = memalign(alignment, size)) ? 0 : ENOMEM;
}

void *realloc(void *block, size_t size) {
  void *grown = take(size, 16);
  if (block && grown) memcpy(grown, block, *size_of(block) < size ? *size_of(block) : size);
  return grown;
}
