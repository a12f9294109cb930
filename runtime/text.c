/* The string functions that the runtime uses, its own: a sanitizer's versions, which a program
 * may bring, must not be called before that sanitizer has started. Hidden, so nobody else sees them. */
#include <emmintrin.h>
#include <string.h>

#include "common.h"

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
  void *at = to;
  __asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(size) : : "memory");
  return to;
}

void *memset(void *to, int byte, size_t size) {
  void *at = to;
  __asm__ volatile("rep stosb" : "+D"(at), "+c"(size) : "a"(byte) : "memory");
  return to;
}

void *memmove(void *to, const void *from, size_t size) {
  if ((uintptr_t)to - (uintptr_t)from >= size) return memcpy(to, from, size);
  for (size_t i = size; i-- > 0;) ((char *)to)[i] = ((const char *)from)[i];
  return to;
}

int memcmp(const void *one, const void *other, size_t size) {
  const unsigned char *a = one, *b = other;
  for (size_t i = 0; i < size; i++)
    if (a[i] != b[i]) return a[i] - b[i];
  return 0;
}

void *memchr(const void *from, int byte, size_t size) {
  const char *at = from, *end = at + size;
  __m128i wanted = _mm_set1_epi8((char)byte);
  for (; end - at >= 16; at += 16) {
    int hits = _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)at), wanted));
    if (hits) return (void *)(at + __builtin_ctz((unsigned)hits));
  }
  for (; at < end; at++)
    if (*at == (char)byte) return (void *)at;
  return NULL;
}

/* Sixteen places at a time, by the first and the last byte of what is wanted. */
void *memmem(const void *text, size_t size, const void *wanted, size_t length) {
  const char *at = text, *end = at + size, *what = wanted;
  if (length == 0) return (void *)text;
  __m128i first = _mm_set1_epi8(what[0]), last = _mm_set1_epi8(what[length - 1]);
  for (; (size_t)(end - at) >= length + 15; at += 16) {
    __m128i begins = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)at), first);
    __m128i ends = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(at + length - 1)), last);
    for (unsigned hits = (unsigned)_mm_movemask_epi8(_mm_and_si128(begins, ends)); hits; hits &= hits - 1) {
      const char *hit = at + __builtin_ctz(hits);
      if (memcmp(hit, what, length) == 0) return (void *)hit;
    }
  }
  for (; (size_t)(end - at) >= length; at++)
    if (memcmp(at, what, length) == 0) return (void *)at;
  return NULL;
}

size_t strnlen(const char *text, size_t most) {
  size_t length = 0;
  while (length < most && text[length]) length++;
  return length;
}

size_t strlen(const char *text) { return strnlen(text, SIZE_MAX); }

int strncmp(const char *one, const char *other, size_t most) {
  for (size_t i = 0; i < most; i++) {
    if (one[i] != other[i]) return (unsigned char)one[i] - (unsigned char)other[i];
    if (!one[i]) break;
  }
  return 0;
}

int strcmp(const char *one, const char *other) { return strncmp(one, other, SIZE_MAX); }

char *strchr(const char *text, int byte) {
  for (; *text != (char)byte; text++)
    if (!*text) return NULL;
  return (char *)text;
}

char *strrchr(const char *text, int byte) {
  const char *found = NULL;
  for (;; text++) {
    if (*text == (char)byte) found = text;
    if (!*text) return (char *)found;
  }
}

char *strstr(const char *text, const char *wanted) { return memmem(text, strlen(text), wanted, strlen(wanted)); }
