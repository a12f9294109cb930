/* Coroutines on stacks from malloc and from mmap, allocating and releasing across each other, also when
 * resumed in another thread. */
#define _GNU_SOURCE
#include "../fault.h"
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { COUNT = 8, ROUNDS = 1000, SIZE = 32768 };
static ucontext_t scheduler, coroutines[COUNT];
static void *belt[COUNT];
static int faulty, finished;

static void body(int number) {
  for (int round = 0; round < ROUNDS; round++) {
    int next = (number + round) % COUNT;
    free(belt[next]);
    belt[next] = malloc(number * 10 + round % 90);
    if (faulty && number == 5 && round == 500) cross_free();
    swapcontext(&coroutines[number], &scheduler);
  }
  finished++;
}

static void *schedule(void *rounds) {
  for (long round = 0; round < (long)rounds; round++)
    for (int i = 0; i < COUNT; i++) swapcontext(&scheduler, &coroutines[i]);
  return NULL;
}

int main(int argc, char **argv) {
  faulty = asked(argc, argv, "fault");
  for (int i = 0; i < COUNT; i++) {
    getcontext(&coroutines[i]);
    char *stack = i % 2 ? malloc(SIZE)
                        : mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    coroutines[i].uc_stack.ss_sp = stack;
    coroutines[i].uc_stack.ss_size = SIZE;
    coroutines[i].uc_link = &scheduler;
    makecontext(&coroutines[i], (void (*)(void))body, 1, i);
  }
  pthread_t thread;
  schedule((void *)(ROUNDS / 2L));
  pthread_create(&thread, NULL, schedule, (void *)(ROUNDS / 2L + 1));
  pthread_join(thread, NULL);
  for (int i = 0; i < COUNT; i++) free(belt[i]);
  for (int i = 1; i < COUNT; i += 2) free(coroutines[i].uc_stack.ss_sp);
  printf("%d finished\n", finished);
}
