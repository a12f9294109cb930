/* One fault of a heap, and then ordinary work, so that the damage gets the chance to show.
 *
 *   heap-faults twice | between | healthy     double frees; prints whether one block went to two owners
 *   heap-faults past-end | size-word | list   what lies beside or in a block is overwritten
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void step(const char *name) {
  write(1, name, strlen(name));
  write(1, "\n", 1);
}

static void work(void) {
  char *blocks[64];
  for (int i = 0; i < 64; i++) memset(blocks[i] = malloc(40), i, 40);
  for (int i = 0; i < 64; i++) free(blocks[i]);
}

static void owners(void) {
  char *blocks[16];
  for (int i = 0; i < 16; i++) blocks[i] = malloc(40);
  for (int i = 0; i < 16; i++)
    for (int j = 0; j < i; j++)
      if (blocks[i] == blocks[j]) {
        step("two owners");
        return;
      }
  step("one owner each");
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  char *filler[7];
  for (int i = 0; i < 7; i++) filler[i] = malloc(40);
  char *a = malloc(40), *b = malloc(40);
  volatile char *bytes = a;
  step("before");
  if (strcmp(what, "past-end") == 0) bytes[40] = 0x42;
  if (strcmp(what, "size-word") == 0) *(volatile uint64_t *)(bytes - 8) = 0x4242424242424242;
  step("written");
  if (strcmp(what, "between") == 0)
    for (int i = 0; i < 7; i++) free(filler[i]);
  free(a);
  step("released");
  if (strcmp(what, "list") == 0) *(volatile uint64_t *)bytes = 0x4242424242424242;
  if (strcmp(what, "between") == 0) free(b);
  if (strcmp(what, "twice") == 0 || strcmp(what, "between") == 0) {
    free(a);
    step("released again");
    owners();
    _exit(0);
  }
  if (strcmp(what, "healthy") == 0) owners();
  work();
  step("worked on");
  _exit(0);
}
