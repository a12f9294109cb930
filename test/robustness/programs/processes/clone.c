/* Raw clone, behind the back of the C library: as fork, and sharing memory on a stack of its own. */
#define _GNU_SOURCE
#include "../fault.h"
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int faulty;
static int share(void *given) {
  char **block = given;
  free(*block);
  *block = malloc(321);
  if (faulty) cross_free();
  return 8;
}

int main(int argc, char **argv) {
  faulty = asked(argc, argv, "shared-fault");
  char *block = malloc(123);
  int status;
  pid_t child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (child == 0) {
    free(block);
    for (int i = 0; i < 100; i++) free(malloc(i));
    if (asked(argc, argv, "child-fault")) cross_free();
    _exit(3);
  }
  waitpid(child, &status, 0);
  printf("child %d\n", WEXITSTATUS(status));
  char *stack = malloc(65536);
  child = clone(share, stack + 65536, CLONE_VM | CLONE_VFORK | SIGCHLD, &block);
  waitpid(child, &status, 0);
  printf("sharing child %d\n", WEXITSTATUS(status));
  free(block);
  free(stack);
}
