/* Becomes itself again five times, then others by every member of the exec family. */
#include "../older_libc.h"
#include "../fault.h"
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
extern char **environ;

int main(int argc, char **argv) {
  int left = atoi(argv[1]);
  char next[10];
  sprintf(next, "%d", left - 1);
  free(malloc(100 * left));
  if (left == 0) {
    cross_free();
    puts("last");
    return 3;
  }
  char *words[] = {argv[0], next, NULL};
  switch (left) {
  case 1: execl(argv[0], argv[0], next, NULL);
  case 2: execv(argv[0], words);
  case 3: execve(argv[0], words, environ);
  case 4: fexecve(open(argv[0], O_RDONLY | O_CLOEXEC), words, environ);
  case 5: execle(argv[0], argv[0], next, NULL, environ);
  case 6: execvpe(argv[0], words, environ);
  case 7: execveat(AT_FDCWD, argv[0], words, environ, 0);
  default: execvp(argv[0], words);
  }
  return 1;
}
