/* Two threads on two processors, each with a counter of its own; the counters lie DISTANCE bytes apart.
 *
 *   false-sharing SAMPLES COUNT DISTANCE…
 *
 * `atomic` counts with a locked addition, `plain` with an ordinary one. A sample in which one thread had
 * to wait for its processor, or both did not run at the same time, is marked as disturbed.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <string.h>

#include "timing.h"

struct counting {
  pthread_barrier_t *start;
  int cpu, atomic;
  long count; /* at most; the first to reach it ends both */
  long counted;
  volatile uint64_t *counter;
  double began, ended, ran;
};

#define CHUNK 2000

static _Alignas(4096) volatile int stop;

static void *work(void *argument) {
  struct counting *self = argument;
  pin(self->cpu);
  pthread_barrier_wait(self->start);
  double ran = thread_ns();
  self->began = wall_ns();
  while (self->counted < self->count && !__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
    if (self->atomic) {
      for (int i = 0; i < CHUNK; i++) __atomic_fetch_add(self->counter, 1, __ATOMIC_RELAXED);
    } else {
      for (int i = 0; i < CHUNK; i++) ++*self->counter;
    }
    self->counted += CHUNK;
  }
  __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
  self->ended = wall_ns();
  self->ran = thread_ns() - ran;
  return NULL;
}

static _Alignas(4096) char memory[8192];

static void sample(const int *cpus, int atomic, long count, size_t distance) {
  pthread_barrier_t start;
  pthread_barrier_init(&start, NULL, 2);
  struct counting both[2];
  stop = 0;
  for (int i = 0; i < 2; i++) {
    both[i] = (struct counting){&start, cpus[i], atomic, count, 0, (void *)(memory + (size_t)i * distance), 0, 0, 0};
  }
  pthread_t other;
  if (pthread_create(&other, NULL, work, &both[1]) != 0) exit(1);
  work(&both[0]);
  pthread_join(other, NULL);
  double first = both[0].began < both[1].began ? both[0].began : both[1].began;
  double last = both[0].ended > both[1].ended ? both[0].ended : both[1].ended;
  double from = both[0].began > both[1].began ? both[0].began : both[1].began;
  double to = both[0].ended < both[1].ended ? both[0].ended : both[1].ended;
  double waited = 0;
  for (int i = 0; i < 2; i++) waited += both[i].ended - both[i].began - both[i].ran;
  int disturbed = to - from < 0.7 * (last - first) || waited > 0.1 * (last - first);
  printf("{\"way\":\"%s\",\"distance\":%zu,\"millionsPerSecond\":%.3f,\"disturbed\":%d}\n",
         atomic ? "atomic" : "plain", distance, 1e3 * (double)(both[0].counted + both[1].counted) / (last - first), disturbed);
}

int main(int argc, char **argv) {
  int cpus[2];
  if (argc < 4) return 2;
  if (processors(cpus, 2) < 2) return 3;
  long count = atol(argv[2]);
  for (int atomic = 1; atomic >= 0; atomic--) {
    for (int i = 3; i < argc; i++) {
      size_t distance = strtoull(argv[i], NULL, 10);
      if (distance < 8 || distance > 4096 || distance % 8 != 0) return 2;
      for (int left = atoi(argv[1]) + 1; left > 0; left--) sample(cpus, atomic, count, distance);
    }
  }
  return 0;
}
