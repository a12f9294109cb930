/* What a program can ask about its signals: dispositions, mask, alternate stack, timers, pending ones. */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/time.h>

int main(void) {
  free(malloc(10));
  for (int i = 1; i < 65; i++) {
    struct sigaction now;
    if (sigaction(i, NULL, &now) == 0)
      printf("%d: %s flags %x\n", i, now.sa_handler == SIG_DFL ? "default" : now.sa_handler == SIG_IGN ? "ignored" : "handled", now.sa_flags);
  }
  sigset_t mask, pending;
  sigprocmask(SIG_BLOCK, NULL, &mask);
  sigpending(&pending);
  for (int i = 1; i < 65; i++)
    if (sigismember(&mask, i) > 0 || sigismember(&pending, i) > 0) printf("%d is blocked or pending\n", i);
  stack_t stack;
  sigaltstack(NULL, &stack);
  printf("alternate stack: flags %d size %zu\n", stack.ss_flags, stack.ss_size);
  struct itimerval timer;
  getitimer(ITIMER_REAL, &timer);
  printf("timer %ld\n", timer.it_value.tv_usec);
  printf("parent-death signal %d, dumpable %d\n", prctl(PR_GET_PDEATHSIG, &(int){0}), prctl(PR_GET_DUMPABLE));
}
