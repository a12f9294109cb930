#ifndef CROSSFREE_COMMON_H
#define CROSSFREE_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXPORT __attribute__((visibility("default")))
/* For what the short paths read: the compiler may then address it directly. */
#define HIDDEN __attribute__((visibility("hidden")))
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define NO_INLINE __attribute__((noinline))
#define COLD __attribute__((cold, noinline))
/* Seldom or never run again once the program runs: kept apart, see ALWAYS_NEEDED in the Makefile. */
#define AT_START __attribute__((noinline, section("text_at_start")))
#define likely(condition) __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)
#define THREAD_LOCAL __thread __attribute__((tls_model("initial-exec")))

#define SIZE_UNKNOWN UINT64_MAX
#define ALIGNMENT_UNKNOWN UINT64_MAX
#define ADDRESS_LIMIT ((uintptr_t)1 << 47)

/* The thread's control block: above the stack of every thread but the first. */
ALWAYS_INLINE uintptr_t thread_pointer(void) {
  uintptr_t value;
  __asm__("mov %%fs:0, %0" : "=r"(value));
  return value;
}

/* How far a stack address lies from the thread's control block: alike in every thread that got there the same way. */
ALWAYS_INLINE uintptr_t stack_depth(uintptr_t stack) {
  __asm__("sub %%fs:0, %0" : "+r"(stack) : : "cc");
  return stack;
}

/* All ones when `value` is the smaller one, else 0: no branch, where none can be foreseen. */
ALWAYS_INLINE uint64_t mask_if_below(uint64_t value, uint64_t limit) {
  uint64_t mask;
  __asm__("cmp %2, %1\n\tsbb %0, %0" : "=r"(mask) : "r"(value), "re"(limit) : "cc");
  return mask;
}

/* 0 stays 0. */
ALWAYS_INLINE uint64_t less_one(uint64_t value) {
  __asm__("cmp $1, %0\n\tadc $-1, %0" : "+r"(value) : : "cc");
  return value;
}

/* Whether memory of ours, if there is any, and a range have a byte in common. */
ALWAYS_INLINE bool overlaps(const void *ours, size_t bytes, uintptr_t start, uintptr_t end) {
  return ours && (uintptr_t)ours < end && start < (uintptr_t)ours + bytes;
}

/* Where a call to us came from: its return address, and the stack pointer just
 * above that return address (the caller's frame as it was before the call). */
struct call_place {
  uintptr_t return_address;
  uintptr_t stack;      /* canonical frame address of our own entry point */
};

#endif
