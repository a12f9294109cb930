/* Leaves a child behind that goes on after its parent and whoever watched it have ended, allocates from new
 * call sites, opens a library, forks, becomes another program, and writes its result. */
#define _GNU_SOURCE
#include "../fault.h"
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
  const char *result = argv[1], *library = argv[2], *gate = argv[3];
  if (fork() != 0) {
    puts("left it behind");
    return 0;
  }
  int null = open("/dev/null", O_RDWR);
  for (int i = 0; i < 3; i++) dup2(null, i);
  while (access(gate, F_OK) != 0) usleep(10000); /* until its parent's run is over and tidied up */
  for (int i = 0; i < 1000; i++) free(malloc(i));
  cross_free();
  void *handle = dlopen(library, RTLD_NOW);
  ((void (*)(void *))dlsym(handle, "take"))(((void *(*)(size_t))dlsym(handle, "make"))(10));
  dlclose(handle);
  int status;
  pid_t child = fork();
  if (child == 0) {
    free(malloc(70));
    execl("/bin/true", "true", NULL);
  }
  waitpid(child, &status, 0);
  char text[100];
  sprintf(text, "child gave %d\n", status);
  int file = open(result, O_CREAT | O_WRONLY | O_TRUNC, 0600);
  write(file, text, strlen(text));
}
