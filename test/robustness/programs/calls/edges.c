/* The corners of the malloc family: overflow, failure, zero, null; a failed realloc leaves its block valid. */
#define _GNU_SOURCE
#include "../fault.h"
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>

static void tell(const char *what, void *block) {
  printf("%s: %s, errno %d\n", what, block ? "block" : "null", errno);
  free(block);
  errno = 0;
}

int main(int argc, char **argv) {
  volatile size_t most = SIZE_MAX, half = SIZE_MAX / 2;
  errno = 0;
  tell("malloc(SIZE_MAX)", malloc(most));
  tell("malloc(SIZE_MAX / 2)", malloc(half));
  tell("calloc overflow", calloc(half, 3));
  tell("calloc overflow to a small size", calloc(((size_t)1 << 63) + 8, 2));
  tell("calloc(0, 0)", calloc(0, 0));
  tell("calloc(SIZE_MAX, 0)", calloc(most, 0));
  tell("reallocarray overflow", reallocarray(NULL, half, 4));
  tell("reallocarray", reallocarray(NULL, 10, 10));
  tell("realloc(NULL, 0)", realloc(NULL, 0));
  tell("realloc(block, 0)", realloc(malloc(10), 0));
  tell("malloc(0)", malloc(0));
  char *block = malloc(100);
  strcpy(block, "still here");
  printf("failed realloc: %p, errno %d, block %s\n", realloc(block, most), errno, block);
  printf("failed reallocarray: %p, errno %d, block %s\n", reallocarray(block, half, 2), errno, block);
  errno = 0;
  block = realloc(block, 5000000);
  printf("grown: %s\n", block);
  block = realloc(block, 11);
  printf("shrunk: %s\n", block);
  free(block);
  void *zeros[100];
  for (int i = 0; i < 100; i++) zeros[i] = malloc(0);
  int same = 0;
  for (int i = 1; i < 100; i++) same += zeros[i] == zeros[i - 1];
  for (int i = 0; i < 100; i++) free(zeros[i]);
  printf("%d of the empty blocks are the same\n", same);
  for (int i = 0; i < 1000; i++) {
    char *cleared = calloc(i, 7);
    for (int j = 0; j < i * 7; j++)
      if (cleared[j]) puts("calloc did not clear");
    memset(cleared, 1, i * 7);
    free(cleared);
  }
  free(NULL);
  if (asked(argc, argv, "fault")) cross_free();
}
