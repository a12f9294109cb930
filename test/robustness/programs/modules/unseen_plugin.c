/* Hands out blocks by a malloc that passes us: it is opened with RTLD_DEEPBIND. */
#include <stdlib.h>
#include <string.h>

void *hand_out(int number) {
  char *block = malloc(100 + (size_t)number);
  strcpy(block, "x");
  return block;
}
