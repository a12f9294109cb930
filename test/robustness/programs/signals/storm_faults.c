/* A storm of signals over wrong acts: the handler releases wrongly while the program is itself being
 * found out. */
#define _GNU_SOURCE
#include "signal_safe_malloc.h"
#include "../fault.h"
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>

static volatile int ticks;
__attribute__((noinline)) static void cross_free_in_handler(void) {
  void *block = malloc(24);
  HIDE(block);
  give_back(block);
  __asm__ volatile("");
}
static void on_tick(int number) {
  ticks++;
  cross_free_in_handler();
}

int main(void) {
  signal(SIGALRM, on_tick);
  struct itimerval often = {{0, 50}, {0, 50}}, never = {0};
  setitimer(ITIMER_REAL, &often, NULL);
  while (ticks < 500) cross_free();
  setitimer(ITIMER_REAL, &never, NULL);
  puts("500 ticks");
}
