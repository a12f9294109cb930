/* Fork without exec from a parent whose other threads never stop allocating. */
#include "../fault.h"
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int stop;
static void *work(void *unused) {
  for (int i = 0; !stop; i++) free(realloc(malloc(i % 900), i % 1300 + 1));
  return NULL;
}
static void *in_child(void *unused) {
  return malloc(70);
}

int main(int argc, char **argv) {
  pthread_t threads[2];
  for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, work, NULL);
  int good = 0;
  for (int i = 0; i < 60; i++) {
    char *block = malloc(i + 1);
    pid_t child = fork();
    if (child == 0) {
      pthread_t thread;
      void *other;
      for (int j = 0; j < 50; j++) free(malloc(j * 10));
      free(block);
      pthread_create(&thread, NULL, in_child, NULL);
      pthread_join(thread, &other);
      free(other);
      if (i == 30 && asked(argc, argv, "child-fault")) cross_free();
      _exit(9);
    }
    int status;
    waitpid(child, &status, 0);
    good += WIFEXITED(status) && WEXITSTATUS(status) == 9;
    free(block);
  }
  stop = 1;
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
  printf("%d good children\n", good);
}
