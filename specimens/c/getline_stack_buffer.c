/* getline is handed a local buffer: the C library itself reallocates it.
 * expect: CF003 -> c where=stack
 * acts: getline|__getdelim
 */
#define _GNU_SOURCE
#include "specimen.h"
#include <stdio.h>
#include <stdlib.h>

static void read_line(char *line, size_t size) {
  char text[] = "a line that is longer than the buffer it is read into\n";
  FILE *file = fmemopen(text, sizeof text - 1, "r");
  line = getline(&line, &size, file) > 0 ? line : NULL;
  fclose(file);
  free(hide(line));
}

void fault(void) {
  char local[16];
  read_line(hide(local), sizeof local);
}

void healthy(void) { read_line(NULL, 0); }
