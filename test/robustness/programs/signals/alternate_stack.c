/* A handler on an alternate stack of SIGSTKSZ bytes allocates, releases and, when asked, does so wrongly. */
#define _GNU_SOURCE
#include "../fault.h"
#include <signal.h>
#include <stdio.h>

static int faulty;
static void on_signal(int number) {
  void *block = malloc(100);
  HIDE(block);
  free(realloc(block, 1000));
  if (faulty) cross_free();
}

int main(int argc, char **argv) {
  faulty = asked(argc, argv, "fault");
  stack_t stack = {.ss_size = SIGSTKSZ};
  stack.ss_sp = malloc(stack.ss_size);
  sigaltstack(&stack, NULL);
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
  sigaction(SIGUSR1, &action, NULL);
  for (int i = 0; i < 10; i++) raise(SIGUSR1);
  puts("handled");
}
