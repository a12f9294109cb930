/* A timer's handler allocates and releases while the program itself only computes: legal, and common. */
#define _GNU_SOURCE
#include "../fault.h"
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>

static volatile int ticks;
static void *volatile kept;
static int faulty;
static void on_tick(int number) {
  free(kept);
  kept = malloc(100 + ticks % 50);
  ticks++;
  if (faulty && ticks == 50) cross_free();
}

int main(int argc, char **argv) {
  int which = asked(argc, argv, "prof") ? ITIMER_PROF : ITIMER_REAL;
  faulty = asked(argc, argv, "fault");
  signal(which == ITIMER_PROF ? SIGPROF : SIGALRM, on_tick);
  struct itimerval often = {{0, 200}, {0, 200}}, never = {0};
  setitimer(which, &often, NULL);
  while (ticks < 100) {
  }
  setitimer(which, &never, NULL);
  puts("100 ticks");
}
