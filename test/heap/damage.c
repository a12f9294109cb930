/* Damages glibc's metadata in one way, then waits for its standard input to end.
 *   damage KIND
 */
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEAD(pointer) ((uint64_t *)(pointer) - 1)
#define PREV(pointer) ((uint64_t *)(pointer) - 2)

static void *volatile keep[64];

/* n blocks, freed, in the tcache of their size */
static void cached(size_t size, int count) {
  for (int i = 0; i < count; i++) keep[i] = malloc(size);
  for (int i = 0; i < count; i++) free(keep[i]);
}

static void set_link(void *at, void *to) {
  *(uint64_t *)at = MANGLED ? (uint64_t)to ^ ((uint64_t)at >> 12) : (uint64_t)to;
}

/* a free chunk of 2000 bytes in the unsorted bin, a used block before and after it */
static void *binned(void **before, void **after) {
  *before = malloc(2000);
  void *freed = malloc(2000);
  *after = malloc(2000);
  free(freed);
  return freed;
}

int main(int count, char **arguments) {
  const char *kind = count > 1 ? arguments[1] : "";
  static char buffer[4096];
  setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
  void *a = malloc(100), *b = malloc(100), *c = malloc(100), *before, *after;
  for (int i = 40; i < 60; i++) keep[i] = malloc(300);
  if (!strcmp(kind, "size-zero")) *HEAD(b) = 0;
  if (!strcmp(kind, "size-misaligned")) *HEAD(b) |= 8;
  if (!strcmp(kind, "size-too-small")) *HEAD(b) = 0x11;
  if (!strcmp(kind, "size-too-big")) *HEAD(b) = 0x4141414141414141 & ~14ull;
  if (!strcmp(kind, "mmapped-flag")) *HEAD(b) |= 2;
  if (!strcmp(kind, "arena-flag")) *HEAD(b) |= 4;
  if (!strcmp(kind, "prev-size")) { binned(&before, &after); *PREV(after) = 0x40; }
  if (!strcmp(kind, "prev-inuse")) { binned(&before, &after); *HEAD(after) |= 1; }
  if (!strcmp(kind, "free-in-no-list")) *HEAD(c) &= ~1ull; /* what one zero byte past the end does */
  if (!strcmp(kind, "top-size")) {
    uint64_t *top = HEAD(malloc(5000));
    top += (*top & ~7ull) / 8;
    *top = ~0ull;
  }
  if (!strcmp(kind, "entry-out-of-range")) { cached(40, 3); set_link(keep[2], buffer); }
  if (!strcmp(kind, "entry-misaligned")) { cached(40, 3); set_link(keep[2], (char *)keep[1] + 4); }
  if (!strcmp(kind, "entry-inside-chunk")) {
    cached(40, 3);
    ((uint64_t *)a)[3] = 0x31;
    set_link(keep[1], (char *)a + 32);
    ((uint64_t *)a)[4] = MANGLED ? ((uint64_t)((char *)a + 32)) >> 12 : 0;
  }
  if (!strcmp(kind, "entry-wrong-size")) { cached(40, 3); *HEAD(keep[1]) = 0x61; }
  if (!strcmp(kind, "links-asymmetric")) { void *freed = binned(&before, &after); ((void **)freed)[1] = (char *)before; }
  if (!strcmp(kind, "cycle")) { cached(40, 3); set_link(keep[0], keep[2]); }
  if (!strcmp(kind, "count-mismatch")) { cached(40, 3); set_link(keep[2], keep[0]); }
  if (!strcmp(kind, "double-entry")) {
    cached(40, 3);
    cached(40, 3);
    void *other[8];
    for (int i = 0; i < 8; i++) other[i] = malloc(60);
    for (int i = 0; i < 8; i++) free(other[i]); /* the last one is in a fastbin */
    set_link((char *)other[0], other[7]);
  }
  if (!strcmp(kind, "double-entry-binned")) {
    cached(40, 3);
    set_link(keep[0], binned(&before, &after));
  }
  if (!strcmp(kind, "fastbin-cycle")) {
    void *other[10];
    for (int i = 0; i < 10; i++) other[i] = malloc(60);
    for (int i = 0; i < 9; i++) free(other[i]);
    set_link(other[7], (char *)other[8] - 16); /* fastbin: 8 -> 7 -> 8 */
  }
  if (!strcmp(kind, "key-overwritten")) { cached(40, 5); ((uint64_t *)keep[2])[1] = 7; }
  printf("%p %p %p\nready\n", a, b, c);
  fflush(stdout);
  char byte;
  while (read(0, &byte, 1) > 0) {}
  _exit(0);
}
