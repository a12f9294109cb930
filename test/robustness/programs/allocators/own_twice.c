/* A malloc of the program's own with no other way in, which takes a block twice without a word. */
#include <stdio.h>
#include <string.h>
#include "../fault.h"

struct cell { size_t size; struct cell *next; };
static struct cell *cells;
static _Alignas(16) char room[1 << 20], *at = room;

void *malloc(size_t size) {
  struct cell *cell;
  size = (size + 15) & ~(size_t)15;
  for (struct cell **from = &cells; (cell = *from); from = &cell->next)
    if (cell->size == size) {
      *from = cell->next;
      return cell + 1;
    }
  cell = (struct cell *)at;
  at += sizeof *cell + size;
  cell->size = size;
  return cell + 1;
}
void free(void *block) {
  if (!block) return;
  struct cell *cell = (struct cell *)block - 1;
  if (cell != cells) { /* the last one that came back: once is enough */
    cell->next = cells;
    cells = cell;
  }
}
void *calloc(size_t count, size_t size) {
  void *block = malloc(count * size);
  return memset(block, 0, count * size);
}
void *realloc(void *old, size_t size) {
  void *block = malloc(size);
  if (old) memcpy(block, old, ((struct cell *)old - 1)->size < size ? ((struct cell *)old - 1)->size : size);
  free(old);
  return block;
}

__attribute__((noinline)) static void twice(void) {
  void *block = malloc(40);
  HIDE(block);
  free(block);
  free(block);
  __asm__ volatile("");
}

int main(int argc, char **argv) {
  for (int i = 0; i < 100; i++) free(malloc(i));
  if (asked(argc, argv, "twice")) twice();
  if (asked(argc, argv, "fault")) cross_free();
  puts("healthy");
  return 0;
}
