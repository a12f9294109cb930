// One fault, named by the first argument, and with `healthy` as the second the same without it. With
// `work N` as the arguments it allocates, fills and releases N blocks: what a tool costs.

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *volatile hidden;
static void *hide(void *pointer) {
  hidden = pointer;
  return hidden;
}

static long racy;
static _Atomic long counted;
static bool healthy;

static void *count(void *nothing) {
  for (int i = 0; i < 100000; i++) {
    if (healthy) counted++;
    else racy++;
  }
  return nothing;
}

static void race(void) {
  pthread_t threads[2];
  for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, count, NULL);
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
}

static void overflow(void) {
  volatile char *block = hide(malloc(64));
  block[healthy ? 63 : 64] = 1;
  free((void *)block);
}

static void use_after_free(void) {
  volatile char *block = hide(calloc(1, 64));
  if (!healthy) free((void *)block);
  printf("%d\n", block[20]);
  if (healthy) free((void *)block);
}

static void twice(void) {
  void *block = hide(malloc(64));
  free(hide(block));
  if (!healthy) free(hide(block));
}

extern void *new_block(size_t) __asm__("_Znwm");
extern void delete_block(void *) __asm__("_ZdlPv");

static void mixed(void) {
  void *block = hide(new_block(64));
  if (healthy) delete_block(block);
  else free(block);
}

static void work(long blocks) {
  static char *kept[512];
  for (long i = 0; i < blocks; i++) {
    size_t size = (size_t)(i * 37 % 900) + 8;
    char **place = &kept[i * 7 % 512];
    free(*place);
    *place = malloc(size);
    memset(*place, (int)i, size);
  }
}

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "sanitizers: expected two arguments\n"), 2;
  healthy = !strcmp(argv[2], "healthy");
  setvbuf(stdout, NULL, _IONBF, 0);
  if (!strcmp(argv[1], "race")) race();
  else if (!strcmp(argv[1], "overflow")) overflow();
  else if (!strcmp(argv[1], "use-after-free")) use_after_free();
  else if (!strcmp(argv[1], "double-free")) twice();
  else if (!strcmp(argv[1], "mixed-free")) mixed();
  else if (!strcmp(argv[1], "work")) work(strtol(argv[2], NULL, 10));
  else return 2;
  puts("still here");
  return 0;
}
