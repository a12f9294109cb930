/* Two threads: one makes messages, the other reads and frees them. They pass in
 * batches through a queue that blocks (a spinning one would charge waiting as CPU).
 * Every block dies in another thread than it was born in. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "random.h"

#define BATCH 1024
#define QUEUE 4

struct message {
  uint32_t length;
  unsigned char body[];
};

struct batch {
  struct message *messages[BATCH];
};

static struct batch *queue[QUEUE];
static long written, taken, batches;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void send(struct batch *batch) {
  pthread_mutex_lock(&lock);
  while (written - taken == QUEUE) pthread_cond_wait(&changed, &lock);
  queue[written++ % QUEUE] = batch;
  pthread_cond_signal(&changed);
  pthread_mutex_unlock(&lock);
}

static struct batch *receive(void) {
  pthread_mutex_lock(&lock);
  while (written == taken) pthread_cond_wait(&changed, &lock);
  struct batch *batch = queue[taken++ % QUEUE];
  pthread_cond_signal(&changed);
  pthread_mutex_unlock(&lock);
  return batch;
}

static void *produce(void *unused) {
  (void)unused;
  uint64_t state = 31;
  for (long i = 0; i < batches; i++) {
    struct batch *batch = malloc(sizeof *batch);
    if (!batch) exit(1);
    for (int k = 0; k < BATCH; k++) {
      uint32_t length = 16 + random_below(&state, 200);
      struct message *message = malloc(sizeof *message + length);
      if (!message) exit(1);
      message->length = length;
      for (uint32_t at = 0; at < length; at++) message->body[at] = (unsigned char)(i + k + at);
      batch->messages[k] = message;
    }
    send(batch);
  }
  return NULL;
}

int main(int argc, char **argv) {
  batches = argc > 1 ? atol(argv[1]) : 1000;
  pthread_t producer;
  if (pthread_create(&producer, NULL, produce, NULL)) return 1;
  uint64_t hash = 0;
  for (long i = 0; i < batches; i++) {
    struct batch *batch = receive();
    for (int k = 0; k < BATCH; k++) {
      struct message *message = batch->messages[k];
      for (uint32_t at = 0; at < message->length; at++) hash = hash * 31 + message->body[at];
      free(message);
    }
    free(batch);
  }
  pthread_join(producer, NULL);
  printf("pipeline %llu\n", (unsigned long long)hash);
  return 0;
}
