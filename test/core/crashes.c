/* Ends in a way that its first argument names; each faulty line ends in that name.
 *   crashes KIND [MEGABYTES]
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct node { struct node *next; long value; };

static void *sleeper(void *argument) {
  for (;;) pause();
  return argument;
}

__attribute__((noinline)) static void touch(struct node *node) {
  node->next->value = 7; /* touch */
  __asm__ volatile("" ::: "memory");
}

__attribute__((noinline)) static void level(struct node *node, int depth) {
  if (depth > 0) level(node, depth - 1);
  else touch(node);
  __asm__ volatile("");
}

static int compare(const void *left, const void *right) {
  level((struct node *)left, 3);
  return left < right;
}

static void handler(int signal) { level(calloc(1, sizeof(struct node)), signal > 0 ? 2 : 0); }

/* small blocks and large ones, every page of them touched */
static void fill(long megabytes) {
  for (long done = 0; done < megabytes << 19;) {
    char *block = malloc(96);
    memset(block, 1, 96);
    done += 112;
  }
  for (long done = 0; done < megabytes >> 1; done++) {
    char *block = malloc(1 << 20);
    memset(block, 1, 1 << 20);
  }
}

int main(int count, char **words) {
  const char *kind = count > 1 ? words[1] : "";
  pthread_t threads[2];
  for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, sleeper, NULL);
  usleep(100000);
  if (count > 2) fill(atol(words[2]));
  struct node *node = malloc(56);
  memset(node, 0, 56);
  if (strcmp(kind, "double") == 0) free(node);
  if (strcmp(kind, "double") == 0) { free(node); } /* double */
  if (strcmp(kind, "nowhere") == 0) { ((void (*)(void))8)(); } /* nowhere */
  if (strcmp(kind, "handler") == 0) {
    signal(SIGUSR1, handler);
    raise(SIGUSR1); /* handler */
  }
  if (strcmp(kind, "overrun") == 0) {
    char *volatile small = malloc(24), *volatile after = malloc(24);
    memset(small, 'A', 32); /* overrun */
    free(after);
  }
  if (strcmp(kind, "stale") == 0) {
    free(node);
    touch(node);
  }
  node->next = (struct node *)0xdead000000000000;
  if (strcmp(kind, "wild") == 0) touch(node);
  node->next = NULL;
  qsort(node, 3, sizeof *node, compare); /* callback */
  return 0;
}
