/* How many blocks a second an allocator hands out and takes back.
 *
 *   throughput single SAMPLES COUNT WARM-UP SIZE…   COUNT blocks, then all of them back; one pinned thread
 *   throughput threads SAMPLES COUNT WARM-UP SIZE…  the same in two threads at once, each pinned
 *   throughput handoff SAMPLES COUNT WARM-UP SIZE…  one thread allocates, the other releases
 *
 * The first byte of each block is written. `single` counts the time of the thread, the others real time.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "timing.h"

static long count, warm_up;
static size_t size;
static int cpus[2];

struct worker {
  pthread_barrier_t *start;
  int cpu;
  char **blocks;
  double allocate_ns, release_ns;
};

static char *block(void) {
  char *made = malloc(size);
  if (made == NULL) {
    perror("malloc");
    exit(1);
  }
  *made = 1;
  return made;
}

static void round_of(struct worker *worker, double (*clock)(void)) {
  for (long i = 0; i < warm_up; i++) free(block());
  if (worker->start) pthread_barrier_wait(worker->start);
  double began = clock();
  for (long i = 0; i < count; i++) worker->blocks[i] = block();
  double between = clock();
  for (long i = 0; i < count; i++) free(worker->blocks[i]);
  worker->allocate_ns = (between - began) / (double)count;
  worker->release_ns = (clock() - between) / (double)count;
}

static void *threads_body(void *argument) {
  struct worker *worker = argument;
  pin(worker->cpu);
  round_of(worker, wall_ns);
  return NULL;
}

#define RING 1024
static _Atomic(char *) ring[RING];

static void *consumer(void *argument) {
  struct worker *worker = argument;
  pin(worker->cpu);
  pthread_barrier_wait(worker->start);
  for (long i = 0; i < count; i++) {
    char *came;
    while ((came = atomic_exchange_explicit(&ring[i % RING], NULL, memory_order_acquire)) == NULL) {
      __builtin_ia32_pause();
    }
    free(came);
  }
  return NULL;
}

static char **list_of_blocks(void) {
  char **list = calloc((size_t)count, sizeof *list);
  if (list == NULL) {
    perror("calloc");
    exit(1);
  }
  return list;
}

static void pair(struct worker *workers, pthread_barrier_t *start, int handoff) {
  pthread_t other;
  workers[1].cpu = cpus[1];
  if (pthread_create(&other, NULL, handoff ? consumer : threads_body, &workers[1]) != 0) exit(1);
  if (!handoff) {
    threads_body(&workers[0]);
    pthread_join(other, NULL);
    return;
  }
  pthread_barrier_wait(start);
  double began = wall_ns();
  for (long i = 0; i < count; i++) {
    char *made = block();
    while (atomic_load_explicit(&ring[i % RING], memory_order_relaxed) != NULL) __builtin_ia32_pause();
    atomic_store_explicit(&ring[i % RING], made, memory_order_release);
  }
  pthread_join(other, NULL);
  workers[0].allocate_ns = workers[0].release_ns = (wall_ns() - began) / (double)count;
}

int main(int argc, char **argv) {
  if (argc < 6) return 2;
  int have = processors(cpus, 2);
  int single = strcmp(argv[1], "single") == 0, handoff = strcmp(argv[1], "handoff") == 0;
  if (have < 1 || (!single && have < 2)) return 3;
  pin(cpus[0]);
  int samples = atoi(argv[2]);
  count = atol(argv[3]);
  warm_up = atol(argv[4]);
  pthread_barrier_t start;
  pthread_barrier_init(&start, NULL, 2);
  struct worker workers[2] = {{.cpu = cpus[0], .blocks = list_of_blocks()},
                              {.cpu = cpus[0], .blocks = single ? NULL : list_of_blocks()}};
  if (!single) workers[0].start = workers[1].start = &start;
  for (int i = 5; i < argc; i++) {
    size = strtoull(argv[i], NULL, 10);
    for (int sample = 0; sample < samples; sample++) {
      if (single) {
        round_of(&workers[0], thread_ns);
      } else {
        pair(workers, &start, handoff);
      }
      const char *way = argv[1];
      double allocate = workers[0].allocate_ns, release = workers[0].release_ns;
      if (!single && !handoff) {
        /* the slower of both: the work is done when both are */
        if (workers[1].allocate_ns > allocate) allocate = workers[1].allocate_ns;
        if (workers[1].release_ns > release) release = workers[1].release_ns;
      }
      printf("{\"way\":\"%s\",\"size\":%zu,\"allocateNs\":%.3f,\"releaseNs\":%.3f}\n", way, size, allocate,
             release);
    }
  }
  return 0;
}
