/* Catches its own stack overflow on an alternate stack, and its own null access, and goes on. */
#define _GNU_SOURCE
#include "../fault.h"
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>

static sigjmp_buf back;
static void on_signal(int number, siginfo_t *info, void *context) { siglongjmp(back, number); }

__attribute__((noinline)) static int overflow(int depth) {
  volatile char here[1000];
  here[depth % 1000] = 1;
  return overflow(depth + 1) + here[depth % 1000];
}

int main(int argc, char **argv) {
  static char room[65536];
  stack_t stack = {.ss_sp = room, .ss_size = sizeof room};
  sigaltstack(&stack, NULL);
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_ONSTACK | SA_SIGINFO};
  sigaction(SIGSEGV, &action, NULL);
  for (volatile int i = 0; i < 3; i++) {
    void *volatile block = malloc(100);
    if (sigsetjmp(back, 1) == 0) overflow(0);
    else puts("caught an overflow");
    if (sigsetjmp(back, 1) == 0) *(volatile int *)8 = 1;
    else puts("caught an access");
    free(block);
  }
  if (asked(argc, argv, "fault")) cross_free();
}
