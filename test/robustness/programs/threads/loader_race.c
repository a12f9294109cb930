/* Threads open and close a library and start threads while others allocate, fork and walk the modules. */
#define _GNU_SOURCE
#include "../fault.h"
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int stop;

static void *open_and_close(void *path) {
  for (int i = 0; i < 500; i++) {
    void *handle = dlopen(path, RTLD_NOW);
    if (handle) dlclose(handle);
  }
  return NULL;
}
static int each(struct dl_phdr_info *info, size_t size, void *data) {
  free(malloc(20));
  return 0;
}
static void *walk(void *unused) {
  while (!stop) dl_iterate_phdr(each, NULL);
  return NULL;
}
static void *allocate(void *unused) {
  while (!stop) free(malloc(200));
  return NULL;
}
static void *fork_often(void *unused) {
  for (int i = 0; i < 50; i++) {
    pid_t child = fork();
    if (child == 0) {
      free(malloc(30));
      _exit(0);
    }
    waitpid(child, NULL, 0);
  }
  return NULL;
}

int main(int argc, char **argv) {
  pthread_t threads[5];
  pthread_create(&threads[0], NULL, walk, NULL);
  pthread_create(&threads[1], NULL, allocate, NULL);
  pthread_create(&threads[2], NULL, open_and_close, argv[1]);
  pthread_create(&threads[3], NULL, open_and_close, argv[1]);
  pthread_create(&threads[4], NULL, fork_often, NULL);
  for (int i = 2; i < 5; i++) pthread_join(threads[i], NULL);
  if (asked(argc, argv, "fault")) cross_free();
  stop = 1;
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
  puts("done");
}
