/* The kernel without the C library in between: no errno, nothing that another library could replace. */
#ifndef KERNEL_H
#define KERNEL_H

#include <linux/futex.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>

static inline long kernel(long call, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(call), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

static inline int kernel_failed(long result) { return result < 0 && result >= -4095; }

/* Fresh pages, all zero; NULL when there are none. */
static inline void *map_pages(size_t bytes) {
  long result = kernel(SYS_mmap, 0, (long)bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return kernel_failed(result) ? NULL : (void *)result;
}

static inline void unmap_pages(void *start, size_t bytes) {
  if (bytes) kernel(SYS_munmap, (long)start, (long)bytes, 0, 0, 0, 0);
}

/* Moves where it must; NULL when it cannot. */
static inline void *resize_pages(void *start, size_t bytes, size_t wanted) {
  long result = kernel(SYS_mremap, (long)start, (long)bytes, (long)wanted, MREMAP_MAYMOVE, 0, 0);
  return kernel_failed(result) ? NULL : (void *)result;
}

/* Fresh pages such that `start + offset` is a multiple of `alignment`, itself a multiple of the page
 * as `offset` is; what was mapped around them for that goes back. */
static inline void *map_aligned(size_t bytes, size_t alignment, size_t offset) {
  if (bytes + alignment < bytes) return NULL;
  char *start = map_pages(bytes + alignment);
  if (!start) return NULL;
  uintptr_t target = ((uintptr_t)start + offset + alignment - 1) & ~(uintptr_t)(alignment - 1);
  char *kept = (char *)(target - offset);
  unmap_pages(start, (size_t)(kept - start));
  unmap_pages(kept + bytes, (size_t)(start + alignment - kept));
  return kept;
}

#endif
