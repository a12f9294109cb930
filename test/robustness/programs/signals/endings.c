/* Ends in the way that its first argument names, with blocks alive and, when asked, after a fault. */
#define _GNU_SOURCE
#include "../fault.h"
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static void late(void) {
  free(malloc(100));
  fputs("late\n", stdout);
  fflush(stdout);
}

int main(int argc, char **argv) {
  void *kept = malloc(1000);
  HIDE(kept);
  puts("begun");
  fflush(stdout);
  atexit(late);
  at_quick_exit(late);
  if (asked(argc, argv, "fault")) cross_free();
  const char *how = argv[1];
  if (strcmp(how, "exit") == 0) exit(255);
  if (strcmp(how, "_exit") == 0) _exit(3);
  if (strcmp(how, "_Exit") == 0) _Exit(4);
  if (strcmp(how, "quick_exit") == 0) quick_exit(5);
  if (strcmp(how, "exit_group") == 0) syscall(SYS_exit_group, 6);
  if (strcmp(how, "abort") == 0) abort();
  if (strcmp(how, "wait") == 0) pause();
  if (strcmp(how, "nothing") == 0) return 0;
  raise(atoi(how));
  return 77;
}
