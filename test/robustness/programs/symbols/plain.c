/* Nothing but blocks: for builds that bring a library of their own into the executable. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
  for (int size = 0; size < 1000; size++) {
    char *block = malloc(size + 1);
    memset(block, 1, size);
    block = realloc(block, size * 2 + 1);
    free(block);
  }
  puts("done");
  return 3;
}
