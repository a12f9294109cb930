/* Linked low, with a malloc of its own over sbrk, as old Lisp systems are: nothing may stand above its heap. `grow`: by
 * sbrk alone, beside the C library's malloc. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#ifdef OWN_MALLOC
void *malloc(size_t size) {
  size = (size + 31) & ~(size_t)15;
  char *block = sbrk((intptr_t)size + 16);
  if (block == (void *)-1) return NULL;
  block = (char *)(((size_t)block + 15) & ~(size_t)15);
  *(size_t *)block = size;
  return block + 16;
}
void free(void *block) { (void)block; }
void *calloc(size_t count, size_t size) {
  void *block = malloc(count * size);
  return block ? memset(block, 0, count * size) : NULL;
}
void *realloc(void *old, size_t size) {
  void *block = malloc(size);
  size_t before = old ? ((size_t *)old)[-2] : 0;
  if (old && block) memcpy(block, old, before < size ? before : size);
  return block;
}
#endif

int main(void) {
  int got = 0;
#ifdef OWN_MALLOC
  printf("break at %p\n", sbrk(0)); /* nobody has moved it before, as the C library's malloc would */
  for (; got < 64; got++)
    if (!malloc(1 << 20)) break;
#else
  for (; got < 1024; got++)
    if (sbrk(1 << 20) == (void *)-1) break;
#endif
  printf("%d MiB\n", got);
  return 0;
}
