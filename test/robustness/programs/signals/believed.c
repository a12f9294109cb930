/* What a program reads back of its handlers and alternate stacks, and on which stack they run. */
#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <ucontext.h>
#include <unistd.h>

static const int numbers[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS, SIGUSR1, SIGTERM};
static uintptr_t ran_at;
static int got, code;
static void *address;
static sigset_t mask_inside;

static void plain(int number) {
  int here;
  ran_at = (uintptr_t)&here;
  got = number;
  sigprocmask(SIG_BLOCK, NULL, &mask_inside);
}
static void full(int number, siginfo_t *info, void *context) {
  int here;
  (void)context;
  ran_at = (uintptr_t)&here;
  got = number;
  code = info->si_code;
  address = info->si_addr;
  sigprocmask(SIG_BLOCK, NULL, &mask_inside);
}

static const char *name_of(void *handler) {
  return handler == (void *)SIG_DFL ? "default" : handler == (void *)SIG_IGN ? "ignored" : handler == (void *)plain ? "plain" : handler == (void *)full ? "full" : "?";
}
static void tell(const char *when, int number) {
  struct sigaction now;
  memset(&now, 0x55, sizeof now);
  if (sigaction(number, NULL, &now)) printf("sigaction fails\n");
  uint64_t mask;
  memcpy(&mask, &now.sa_mask, sizeof mask);
  printf("%s %d: %s flags %x mask %lx restorer %d\n", when, number, name_of((void *)now.sa_handler), now.sa_flags, (unsigned long)mask,
         now.sa_restorer != NULL);
}
static void tell_stack(const char *when) {
  stack_t now;
  memset(&now, 0x55, sizeof now);
  if (sigaltstack(NULL, &now)) printf("sigaltstack fails\n");
  printf("%s: stack %d flags %d size %zu\n", when, now.ss_sp != NULL, now.ss_flags, now.ss_size);
}
static void set(int number, void *handler, int flags, int also) {
  struct sigaction new = {0}, old;
  if (flags & SA_SIGINFO) new.sa_sigaction = (void (*)(int, siginfo_t *, void *))handler;
  else new.sa_handler = (void (*)(int))handler;
  new.sa_flags = flags;
  if (also) sigaddset(&new.sa_mask, also);
  memset(&old, 0x55, sizeof old);
  int result = sigaction(number, &new, &old);
  printf("set %d: %d, was %s flags %x\n", number, result, name_of((void *)old.sa_handler), old.sa_flags);
}
static char stack[65536];
static void where(const char *when) {
  int here;
  uintptr_t distance = ran_at > (uintptr_t)&here ? ran_at - (uintptr_t)&here : (uintptr_t)&here - ran_at;
  printf("%s: signal %d ran %s, itself %sblocked\n", when, got,
         ran_at - (uintptr_t)stack < sizeof stack ? "on the program's alternate stack" : distance < 1 << 16 ? "on the thread's stack" : "elsewhere",
         sigismember(&mask_inside, got) ? "" : "not ");
}

static void *in_thread(void *nothing) {
  tell_stack("a thread");
  raise(SIGUSR1);
  where("a thread");
  return nothing;
}

static sigjmp_buf back;
static long recovered;
static void recover(int number, siginfo_t *info, void *context) {
  (void)number;
  (void)context;
  if (info->si_addr != (void *)24) _exit(9);
  recovered++;
  siglongjmp(back, 1);
}

int main(void) {
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) tell("at first", numbers[i]);
  tell_stack("at first");
  printf("signal: %s\n", name_of((void *)signal(SIGSEGV, plain)));
  tell("signal", SIGSEGV);
  printf("signal: %s\n", name_of((void *)signal(SIGSEGV, SIG_DFL)));
  tell("signal", SIGSEGV);
  printf("signal: %s\n", name_of((void *)signal(SIGSEGV, SIG_IGN)));
  printf("signal: %s\n", name_of((void *)signal(SIGSEGV, SIG_DFL)));
  printf("sysv_signal: %s\n", name_of((void *)sysv_signal(SIGBUS, plain)));
  tell("sysv_signal", SIGBUS);
  raise(SIGBUS);
  tell("used up", SIGBUS);
  where("sysv_signal");
  printf("signal fails: %d\n", signal(SIGKILL, SIG_DFL) == SIG_ERR);
  printf("sigaction fails: %d %d\n", sigaction(SIGKILL, &(struct sigaction){.sa_handler = plain}, NULL), sigaction(77, NULL, NULL));
  set(SIGFPE, (void *)SIG_DFL, SA_RESTART | SA_NODEFER, SIGHUP);
  tell("default with flags", SIGFPE);
  set(SIGFPE, (void *)full, SA_SIGINFO | SA_ONSTACK | SA_NODEFER, SIGHUP);
  tell("on a stack that is not there", SIGFPE);
  raise(SIGFPE);
  where("on a stack that is not there");
  set(SIGILL, (void *)full, SA_SIGINFO | SA_RESETHAND, 0);
  tell("for once", SIGILL);
  raise(SIGILL);
  where("for once");
  printf("code %d\n", code);
  tell("used up", SIGILL);
  set(SIGILL, (void *)full, SA_SIGINFO | SA_RESETHAND | SA_ONSTACK, 0);
  raise(SIGILL);
  where("for once, on a stack that is not there");
  tell("used up", SIGILL);
  set(SIGUSR1, (void *)plain, SA_RESETHAND | SA_ONSTACK, 0);
  raise(SIGUSR1);
  tell("used up", SIGUSR1);
  set(SIGUSR1, (void *)SIG_DFL, SA_RESETHAND, 0);
  tell("plain default", SIGUSR1);
  set(SIGUSR1, (void *)plain, SA_ONSTACK, 0);
  tell("no fatal one", SIGUSR1);
  raise(SIGUSR1);
  where("no fatal one");
  pthread_t thread;
  pthread_create(&thread, NULL, in_thread, NULL);
  pthread_join(thread, NULL);
  stack_t mine = {.ss_sp = stack, .ss_size = sizeof stack}, before;
  printf("sigaltstack: %d", sigaltstack(&mine, &before));
  printf(", was %d flags %d size %zu\n", before.ss_sp != NULL, before.ss_flags, before.ss_size);
  tell_stack("own");
  tell("own stack", SIGFPE);
  raise(SIGFPE);
  where("own stack");
  raise(SIGUSR1);
  where("own stack");
  stack_t none = {.ss_flags = SS_DISABLE}, wrong = {.ss_sp = stack, .ss_size = 16};
  printf("too small: %d\n", sigaltstack(&wrong, NULL));
  printf("disable: %d", sigaltstack(&none, &before));
  printf(", was %d flags %d size %zu\n", before.ss_sp == stack, before.ss_flags, before.ss_size);
  tell_stack("none again");
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) tell("at last", numbers[i]);
  set(SIGSEGV, (void *)recover, SA_SIGINFO, 0);
  for (int i = 0; i < 100000; i++)
    if (sigsetjmp(back, 1) == 0) (void)*(volatile int *)24;
  printf("recovered %ld times\n", recovered);
  set(SIGILL, (void *)full, SA_SIGINFO | SA_RESETHAND | SA_ONSTACK, 0);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); /* from here on handlers are not watched any more */
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) tell("shut in", numbers[i]);
  raise(SIGILL);
  tell("used up", SIGILL);
  printf("signal: %s\n", name_of((void *)signal(SIGUSR1, SIG_DFL)));
  tell_stack("shut in");
  return 0;
}
