/* Handlers of pthread_atfork that allocate and release, and a fork from an exit handler. */
#include "../fault.h"
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void *held;
static void before(void) { held = malloc(100); }
static void in_parent(void) { free(held); }
static void in_child(void) {
  free(held);
  free(malloc(2000));
}

static void at_exit(void) {
  pid_t child = fork();
  if (child == 0) {
    free(malloc(10));
    _exit(5);
  }
  int status;
  waitpid(child, &status, 0);
  printf("late child %d\n", WEXITSTATUS(status));
}

static void *many(void *unused) {
  for (int i = 0; i < 50; i++) {
    pid_t child = fork();
    if (child == 0) _exit(0);
    waitpid(child, NULL, 0);
  }
  return NULL;
}

int main(int argc, char **argv) {
  pthread_atfork(before, in_parent, in_child);
  pthread_t thread;
  pthread_create(&thread, NULL, many, NULL);
  pthread_join(thread, NULL);
  if (asked(argc, argv, "fault")) cross_free();
  if (fork() == 0) {
    if (asked(argc, argv, "child-fault")) cross_free();
    _exit(0);
  }
  wait(NULL);
  atexit(at_exit);
}
