/* Thousands of random blocks in several threads, random ones freed; says which are live and which
 * are free, with malloc_usable_size, then waits for its standard input to end.
 *   random-blocks SEED THREADS BLOCKS [across]
 * `across`: the main thread releases blocks of the others too; released ones and thread pointers are said.
 */
#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct block { void *pointer; size_t usable; int live; };
struct worker { pthread_t thread; int is_main; unsigned seed; int count; struct block *blocks; pid_t tid; void *self; };

static pthread_barrier_t ready;

static unsigned next(unsigned *state) { return *state = *state * 1664525u + 1013904223u, *state >> 8; }

static size_t some_size(unsigned *state) {
  unsigned kind = next(state) % 100;
  if (kind < 70) return next(state) % 256;
  if (kind < 95) return next(state) % 8192;
  if (kind < 99) return next(state) % 100000;
  return 200000 + next(state) % 200000;
}

static void *work(void *argument) {
  struct worker *self = argument;
  unsigned state = self->seed;
  self->tid = gettid();
  self->self = (void *)pthread_self();
  /* An allocator's cache for a thread is memory, too: it is not to lie where a block was that is said to be free. */
  free(malloc(1));
  pthread_barrier_wait(&ready);
  for (int i = 0; i < self->count; i++) {
    struct block *block = &self->blocks[i];
    block->pointer = next(&state) % 16 == 0 ? aligned_alloc(64, some_size(&state)) : malloc(some_size(&state));
    block->usable = malloc_usable_size(block->pointer);
    block->live = 1;
    if (next(&state) % 3 == 0) {
      struct block *victim = &self->blocks[next(&state) % (i + 1)];
      if (victim->live) free(victim->pointer);
      victim->live = 0;
    }
  }
  pthread_barrier_wait(&ready);
  if (!self->is_main) for (;;) pause(); /* it keeps its tcache */
  return NULL;
}

int main(int count, char **arguments) {
  unsigned seed = count > 1 ? (unsigned)atoi(arguments[1]) : 1;
  int threads = count > 2 ? atoi(arguments[2]) : 1, blocks = count > 3 ? atoi(arguments[3]) : 1000;
  static struct worker workers[64];
  static char buffer[1 << 21];
  setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
  pthread_barrier_init(&ready, NULL, threads);
  for (int i = 0; i < threads; i++) {
    workers[i] = (struct worker){.is_main = i == 0, .seed = seed + i * 7919, .count = blocks};
    workers[i].blocks = calloc(blocks, sizeof(struct block));
    if (i > 0) pthread_create(&workers[i].thread, NULL, work, &workers[i]);
  }
  work(&workers[0]);
  int across = count > 4;
  for (int i = 0; across && i < threads; i++) {
    for (int j = i; j < blocks; j += 7) {
      if (workers[i].blocks[j].live) free(workers[i].blocks[j].pointer);
      workers[i].blocks[j].live = 0;
    }
    printf("thread %d %p\n", workers[i].tid, workers[i].self);
    for (int j = 0; j < blocks; j++)
      if (!workers[i].blocks[j].live) printf("freed %p\n", workers[i].blocks[j].pointer);
  }
  for (int i = 0; i < threads; i++)
    for (int j = 0; j < blocks; j++)
      if (workers[i].blocks[j].live)
        printf("%p %zu\n", workers[i].blocks[j].pointer, workers[i].blocks[j].usable);
  puts("ready");
  fflush(stdout);
  char byte;
  while (read(0, &byte, 1) > 0) {}
  _exit(0);
}
