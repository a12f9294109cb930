/* An exec that fails: the program goes on and is still observed. */
#include "../fault.h"
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv) {
  void *block = malloc(10);
  int result = execl("/does/not/exist", "nothing", NULL);
  printf("%d %s\n", result, strerror(errno));
  free(block);
  if (asked(argc, argv, "fault")) cross_free();
}
