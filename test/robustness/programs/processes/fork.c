/* Fork without exec. The child releases the parent's blocks, allocates its own, forks once more; the
 * parent's copies stay its own. */
#include "../fault.h"
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static int wait_for(pid_t child) {
  int status;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int main(int argc, char **argv) {
  char *blocks[100];
  for (int i = 0; i < 100; i++) blocks[i] = malloc(10 * i);
  pid_t child = fork();
  if (child == 0) {
    for (int i = 0; i < 100; i++) free(blocks[i]);
    for (int i = 0; i < 100; i++) blocks[i] = malloc(20 * i);
    pid_t grandchild = fork();
    if (grandchild == 0) {
      for (int i = 0; i < 100; i++) free(blocks[i]);
      if (asked(argc, argv, "grandchild-fault")) cross_free();
      _exit(4);
    }
    if (asked(argc, argv, "child-fault")) cross_free();
    exit(wait_for(grandchild) + 1);
  }
  int code = wait_for(child);
  for (int i = 0; i < 100; i++) free(blocks[i]);
  if (asked(argc, argv, "fault")) cross_free();
  printf("child ended with %d\n", code);
}
