/* What every allocator of the laboratory has; family.c makes the whole malloc family of it.
 *
 * Each allocator is a shared object that depends on nothing of the program: several of them, and
 * several copies of one, live in one process. None calls malloc, except `standard`, which hands on
 * to the C library's. All of them work from the first instruction: nothing waits for a constructor. */
#ifndef ALLOCATOR_H
#define ALLOCATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXPORT __attribute__((visibility("default")))

/* What C requires of malloc on x86-64: alignof(max_align_t). */
#define LEAST_ALIGNMENT ((size_t)16)
#define PAGE ((size_t)4096)

static inline size_t round_up(size_t value, size_t power_of_two) {
  return (value + power_of_two - 1) & ~(power_of_two - 1);
}

/* A block of at least `size` bytes (0 is a size too), aligned to a power of two that is at least
 * LEAST_ALIGNMENT; all zero when `zeroed`. NULL when there is no memory. `size` and `alignment` are
 * below PTRDIFF_MAX. */
void *allocator_allocate(size_t size, size_t alignment, bool zeroed);

/* Takes back a block; never NULL. `function` is what the program called. */
void allocator_release(void *block, const char *function);

/* Bytes of a live block that its owner may use; never NULL. */
size_t allocator_usable(void *block, const char *function);

/* The block with another size, its bytes kept up to the smaller of both, perhaps elsewhere. NULL
 * when there is no memory: then the old block stays as it was. */
void *allocator_resize(void *block, size_t size);

#endif
