/* arena: pools of 1 MiB and a pointer that only moves on. Releasing a block does nothing; all of them
 * go at once, with arena_reset. */
#include "allocator.h"
#include "kernel.h"
#include "lock.h"
#include "move.h"

#define POOL_BYTES ((size_t)1 << 20)

/* At the start of each pool. */
struct pool {
  struct pool *older;
  size_t bytes;
};

/* Right before each block: realloc must know how much to copy. */
struct header {
  size_t size;
  size_t unused;
};

_Static_assert(sizeof(struct header) == LEAST_ALIGNMENT, "the block after it stays aligned");

static struct pool *newest;
static char *next, *end;

static struct header *header_of(void *block) { return (struct header *)block - 1; }

/* Where the next block would start in what is left of the pool, or 0. */
static uintptr_t place(size_t size, size_t alignment) {
  uintptr_t start = round_up((uintptr_t)next + sizeof(struct header), alignment);
  return next && start <= (uintptr_t)end && size <= (uintptr_t)end - start ? start : 0;
}

static bool open_pool(size_t size, size_t alignment) {
  size_t bytes = sizeof(struct pool) + sizeof(struct header) + alignment + size;
  bytes = bytes <= POOL_BYTES ? POOL_BYTES : round_up(bytes, PAGE);
  struct pool *pool = map_pages(bytes);
  if (!pool) return false;
  *pool = (struct pool){newest, bytes};
  newest = pool;
  next = (char *)(pool + 1);
  end = (char *)pool + bytes;
  return true;
}

/* What a pool gives was never used before, so it is zero. */
void *allocator_allocate(size_t size, size_t alignment, bool zeroed) {
  (void)zeroed;
  lock_take();
  uintptr_t start = place(size, alignment);
  if (!start && open_pool(size, alignment)) start = place(size, alignment);
  if (start) {
    header_of((void *)start)->size = size;
    next = (char *)start + size;
  }
  lock_release();
  return (void *)start;
}

void allocator_release(void *block, const char *function) {
  (void)block;
  (void)function;
}

size_t allocator_usable(void *block, const char *function) {
  (void)function;
  return header_of(block)->size;
}

/* The newest block grows where it is, but never gives back: what lies behind must stay zero. */
static bool grow_in_place(char *block, size_t size) {
  struct header *header = header_of(block);
  lock_take();
  bool newest_block = block + header->size == next && size <= (size_t)(end - block);
  if (newest_block) {
    header->size = size;
    next = block + size;
  }
  lock_release();
  return newest_block;
}

void *allocator_resize(void *block, size_t size) {
  size_t old_size = header_of(block)->size;
  if (size <= old_size || grow_in_place(block, size)) return block;
  return move_block(block, old_size, size);
}

/* Takes back every block that was ever handed out. */
EXPORT void arena_reset(void) {
  lock_take();
  for (struct pool *pool = newest, *older; pool; pool = older) {
    older = pool->older;
    unmap_pages(pool, pool->bytes);
  }
  newest = NULL;
  next = end = NULL;
  lock_release();
}
