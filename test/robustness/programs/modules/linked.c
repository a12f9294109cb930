/* Linked to many libraries that it does not call. */
#include "../fault.h"
#include <stdio.h>

int main(int count, char **arguments) {
  void *block = malloc(64);
  HIDE(block);
  free(block);
  if (asked(count, arguments, "fault")) cross_free();
  puts("ok");
  return 0;
}
