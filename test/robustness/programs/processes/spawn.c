/* posix_spawn of a program, with file actions, and popen and system, which are built on it. */
#define _GNU_SOURCE
#include "../fault.h"
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
extern char **environ;

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IONBF, 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 5, "/dev/null", O_RDONLY, 0);
  for (int i = 0; i < 10; i++) {
    pid_t child;
    char *words[] = {"echo", "spawned", NULL};
    if (posix_spawnp(&child, "echo", &actions, NULL, words, environ) == 0) waitpid(child, NULL, 0);
  }
  posix_spawn_file_actions_destroy(&actions);
  char line[100];
  FILE *pipe = popen("echo piped", "r");
  fgets(line, sizeof line, pipe);
  printf("%sclosed with %d\n", line, pclose(pipe));
  printf("system gave %d\n", WEXITSTATUS(system("exit 6")));
  if (asked(argc, argv, "fault")) cross_free();
}
