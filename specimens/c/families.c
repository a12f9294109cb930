/* Every way in which the C library hands out a block that its user must free, each freed.
 * expect: none
 */
#define _GNU_SOURCE
#include "specimen.h"
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_and_list(void) {
  char *text = NULL, *stream_text = NULL, *line = NULL;
  size_t size = 0, line_size = 0;
  if (asprintf(&text, "%0200d", 7) < 0) abort();
  FILE *stream = open_memstream(&stream_text, &size);
  for (int i = 0; i < 100; i++) fprintf(stream, "line %d\n", i);
  fclose(stream);
  FILE *file = fmemopen(stream_text, size, "r");
  while (getline(&line, &line_size, file) > 0) continue;
  fclose(file);
  free(hide(text)), free(hide(stream_text)), free(hide(line));
}

void healthy(void) {
  void *aligned = NULL;
  if (posix_memalign(&aligned, 256, 100)) abort();
  void *blocks[] = {malloc(1), malloc(0), calloc(7, 9), realloc(NULL, 10), reallocarray(NULL, 3, 5), aligned,
                    aligned_alloc(64, 128), memalign(32, 5), valloc(10), pvalloc(10), strdup("text"),
                    strndup("text", 2), realpath("/", NULL), getcwd(NULL, 0), malloc(1 << 22)};
  for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) blocks[i] = realloc(hide(blocks[i]), 10 + 100 * i);
  for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) free(hide(blocks[i]));
  hide(realloc(hide(malloc(10)), 0)); /* frees, and returns NULL */
  free(NULL);
  print_and_list();
}
