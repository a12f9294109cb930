/* A thousand children one after another, each allocating: what we keep of a process must be given back. */
#include "../fault.h"
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
  int sum = 0;
  char *block = malloc(100);
  for (int i = 0; i < 1000; i++) {
    pid_t child = fork();
    if (child == 0) {
      free(block);
      free(malloc(i));
      if (i == 999 && asked(argc, argv, "fault")) cross_free();
      _exit(i % 7);
    }
    int status;
    waitpid(child, &status, 0);
    sum += WEXITSTATUS(status);
  }
  free(block);
  printf("sum %d\n", sum);
}
