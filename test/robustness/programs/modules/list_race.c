/* The runtime's list of modules, changed by one thread as fast as it can, read by others and by a signal handler in the
 * midst of the changes. One module is always there: whoever does not find it has read a list that was being changed. */
#include "module_list.h"
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

void *own_memory(size_t size) { return calloc(1, size); }

#define OTHERS 400
static struct module always = {.start = 0x5000000, .end = 0x5001000}, others[OTHERS];
static volatile int stop;
static long missed, asked;

static void ask(void) {
  __atomic_fetch_add(&asked, 1, __ATOMIC_RELAXED);
  if (module_at(0x5000800) != &always) __atomic_fetch_add(&missed, 1, __ATOMIC_RELAXED);
}

static void in_the_midst(int signal) { ask(); }

static void *read_on(void *nothing) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, NULL);
  while (!stop) ask();
  return NULL;
}

static void change(unsigned turn) {
  size_t count = 1 + (turn * 7) % OTHERS, at = turn % count;
  struct module_list *list = list_to_fill(count);
  for (size_t i = 0; i < count; i++) list->loaded[i] = i == at ? &always : &others[(turn * 31 + i) % OTHERS];
  list_publish(list, count);
}

int main(void) {
  for (int i = 0; i < OTHERS; i++) {
    others[i].start = (uintptr_t)(i + 1) * 0x40000 + (i >= 319 ? 0x100000 : 0);
    others[i].end = others[i].start + 0x1000;
  }
  change(0);
  pthread_t readers[2];
  for (int i = 0; i < 2; i++) pthread_create(&readers[i], NULL, read_on, NULL);
  signal(SIGALRM, in_the_midst);
  setitimer(ITIMER_REAL, &(struct itimerval){{0, 500}, {0, 500}}, NULL);
  for (unsigned turn = 1; turn < 20000; turn++) change(turn);
  stop = 1;
  for (int i = 0; i < 2; i++) pthread_join(readers[i], NULL);
  printf("%s, missed %ld times\n", asked > 20000 ? "asked often" : "asked seldom", missed);
  return 0;
}
