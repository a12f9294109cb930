/* spawn_loop COUNT PROGRAM: the floor: starts a program and waits for it, COUNT times, and writes the
 * seconds that took. */
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  struct timespec from, to;
  clock_gettime(CLOCK_MONOTONIC, &from);
  for (int left = atoi(argv[1]); left > 0; left--) {
    pid_t pid;
    int status;
    if (posix_spawn(&pid, argv[2], NULL, NULL, (char *[]){argv[2], NULL}, environ) != 0) return 1;
    if (waitpid(pid, &status, 0) != pid || status != 0) return 1;
  }
  clock_gettime(CLOCK_MONOTONIC, &to);
  printf("%.9f\n", (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9);
  return 0;
}
