/* vfork and exec, again and again; and a vfork child that allocates in the memory of its parent. */
#include "../fault.h"
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IONBF, 0);
  char *volatile block = malloc(100);
  for (volatile int i = 0; i < 20; i++) {
    pid_t child = vfork();
    if (child == 0) {
      if (i % 2) {
        free(block);
        block = malloc(200);
      }
      execl("/bin/echo", "echo", "from echo", NULL);
      _exit(1);
    }
    waitpid(child, NULL, 0);
  }
  free(block);
  if (asked(argc, argv, "fault")) cross_free();
}
