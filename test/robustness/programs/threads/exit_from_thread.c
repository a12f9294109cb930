/* The main thread leaves; another one ends the process while more threads still allocate. */
#include "../fault.h"
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static int faulty;

static void *allocate_for_ever(void *unused) {
  for (;;) free(malloc(100));
}

static void *leave(void *unused) {
  if (faulty) cross_free();
  usleep(20000);
  printf("leaving\n");
  exit(7);
}

static void at_exit(void) { free(malloc(1000)); }

int main(int argc, char **argv) {
  pthread_t thread;
  faulty = asked(argc, argv, "fault");
  atexit(at_exit);
  for (int i = 0; i < 3; i++) pthread_create(&thread, NULL, allocate_for_ever, NULL);
  pthread_create(&thread, NULL, leave, NULL);
  pthread_exit(NULL);
}
