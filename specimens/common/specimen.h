/* What every C and C++ specimen shares. */
#ifndef SPECIMEN_H
#define SPECIMEN_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The wrong act, and the same task done right. A specimen of something legal has no fault(). */
void fault(void) __attribute__((weak));
void healthy(void);

#ifdef __cplusplus
}

/* The compiler can no longer tell where `pointer` came from, so it can neither drop nor warn. */
template <typename T> inline T *hide(T *pointer) {
  __asm__ volatile("" : "+r"(pointer) : : "memory");
  return pointer;
}
#else

/* The compiler can no longer tell where `pointer` came from, so it can neither drop nor warn. */
static inline void *hide(void *pointer) {
  __asm__ volatile("" : "+r"(pointer) : : "memory");
  return pointer;
}
#endif

#endif
