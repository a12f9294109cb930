/* Becomes a daemon in the old manner: forks twice, closes every descriptor, works, writes its result. */
#define _GNU_SOURCE
#include "../fault.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
  const char *result = argv[1];
  int done[2];
  pipe(done);
  if (fork() == 0) {
    setsid();
    if (fork() != 0) _exit(0);
    umask(0);
    chdir("/");
    for (int i = 0; i < 1024; i++)
      if (i != done[1]) close(i);
    char *text = malloc(100);
    int opened = open(result, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    if (asked(argc, argv, "fault")) cross_free();
    snprintf(text, 100, "daemon wrote this to descriptor %d\n", opened);
    write(opened, text, strlen(text));
    free(text);
    exit(0);
  }
  close(done[1]);
  char rest;
  read(done[0], &rest, 1); /* ends when the daemon does */
  int file = open(result, O_RDONLY);
  char text[100] = "";
  read(file, text, 99);
  printf("%s", text);
  wait(NULL);
}
