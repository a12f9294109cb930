/* An allocator's own names beside malloc and free, in every mixture that its manual allows. */
#include <stdint.h>
#include <stdio.h>
#include "../fault.h"

#if defined JEMALLOC
void *mallocx(size_t, int), *rallocx(void *, size_t, int);
void dallocx(void *, int), sdallocx(void *, size_t, int);
static void mix(void) {
  free(mallocx(40, 0));
  dallocx(malloc(70), 0);
  free(rallocx(malloc(20), 90, 0));
  sdallocx(mallocx(100, 6), 100, 6);
  free(realloc(mallocx(30, 0), 60));
}
static void *own(void) { return mallocx(40, 0); }
#elif defined MIMALLOC
void *mi_malloc(size_t), *mi_malloc_small(size_t), *mi_zalloc(size_t), *mi_heap_new(void), *mi_heap_malloc(void *, size_t);
void *mi_new(size_t), *mi_malloc_aligned_at(size_t, size_t, size_t), *mi_recalloc(void *, size_t, size_t);
char *mi_strdup(const char *), *mi_heap_strdup(void *, const char *);
int mi_posix_memalign(void **, size_t, size_t);
void mi_free(void *), mi_heap_destroy(void *), mi_heap_delete(void *);
static void mix(void) {
  void *heap = mi_heap_new(), *blocks[50], *aligned;
  free(mi_malloc_small(40));
  free(mi_zalloc(40));
  mi_free(malloc(40));
  free(mi_strdup("forty characters and then some more, I hope"));
  mi_free(mi_new(40));
  give_back(mi_new(40));
  free(mi_malloc_aligned_at(40, 32, 16));
  free(mi_recalloc(mi_malloc(10), 10, 10));
  if (mi_posix_memalign(&aligned, 64, 100) == 0) free(aligned);
  for (int i = 0; i < 50; i++) blocks[i] = i % 2 ? mi_heap_malloc(heap, 40) : mi_heap_strdup(heap, "thirty-nine characters, or thereabouts");
  for (int i = 0; i < 25; i++) mi_free(blocks[i]);
  mi_heap_destroy(heap); /* the other 25 go with it */
  for (int i = 0; i < 50; i++) blocks[i] = malloc(40);
  for (int i = 0; i < 50; i++) free(blocks[i]);
}
static void *own(void) { return mi_malloc(40); }
#else
void *tc_malloc(size_t), *tc_new(size_t), *tc_realloc(void *, size_t), *tc_memalign(size_t, size_t);
void tc_free(void *), tc_delete(void *), tc_free_sized(void *, size_t);
static void mix(void) {
  free(tc_malloc(40));
  tc_free(malloc(40));
  give_back(tc_new(40));
  tc_delete(tc_new(40));
  free(tc_realloc(malloc(10), 1000));
  tc_free_sized(tc_memalign(64, 40), 40);
}
static void *own(void) { return tc_malloc(40); }
#endif

__attribute__((noinline)) static void twice(void) {
  void *block = own();
  HIDE(block);
  free(block);
  free(block);
  __asm__ volatile("");
}

int main(int argc, char **argv) {
  for (int i = 0; i < 100; i++) mix();
  if (asked(argc, argv, "fault")) cross_free();
  if (asked(argc, argv, "twice")) twice();
  puts("mixed");
  return 0;
}
