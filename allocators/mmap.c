/* mmap: whole pages from the kernel for every block, given back when it is released. It trusts what
 * stands before the block and keeps no list of blocks: what is not its own, only the kernel can refuse. */
#include "allocator.h"
#include "kernel.h"
#include "kept.h"

#include <string.h>

/* Right before the block. */
struct header {
  size_t mapped; /* bytes of the mapping */
  size_t offset; /* of the block in it */
};

_Static_assert(sizeof(struct header) == LEAST_ALIGNMENT, "the block after it stays aligned");

static struct header *header_of(void *block) { return (struct header *)block - 1; }

void *allocator_allocate(size_t size, size_t alignment, bool zeroed) {
  (void)zeroed; /* fresh pages always are */
  size_t offset = alignment < PAGE ? alignment : PAGE;
  size_t mapped = round_up(offset + size, PAGE);
  char *start = alignment > PAGE ? map_aligned(mapped, alignment, offset) : kept_map(mapped);
  if (!start) return NULL;
  *header_of(start + offset) = (struct header){mapped, offset};
  return start + offset;
}

void allocator_release(void *block, const char *function) {
  (void)function;
  struct header header = *header_of(block);
  kept_unmap((char *)block - header.offset, header.mapped);
}

size_t allocator_usable(void *block, const char *function) {
  (void)function;
  struct header header = *header_of(block);
  return header.mapped - header.offset;
}

/* Where a hole must not come to be, the pages stay where they are, and what grows is copied. */
static void *resize_without_hole(void *block, size_t size) {
  size_t usable = allocator_usable(block, "realloc");
  if (size <= usable) return block;
  void *moved = allocator_allocate(size, header_of(block)->offset, false);
  if (!moved) return NULL;
  memcpy(moved, block, usable);
  allocator_release(block, "realloc");
  return moved;
}

void *allocator_resize(void *block, size_t size) {
  struct header header = *header_of(block);
  if (kept_instead_of_hole(header.mapped)) return resize_without_hole(block, size);
  size_t wanted = round_up(header.offset + size, PAGE);
  char *start = (char *)block - header.offset;
  if (wanted != header.mapped) start = resize_pages(start, header.mapped, wanted);
  if (!start) return NULL;
  header_of(start + header.offset)->mapped = wanted;
  return start + header.offset;
}
