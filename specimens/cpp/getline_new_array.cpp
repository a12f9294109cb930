/* getline is handed a buffer from new[]: the C library itself reallocates it.
 * expect: CF001 c++[] -> c
 * acts: new[] getline|__getdelim free
 */
#include "specimen.h"
#include <cstdio>
#include <cstdlib>

static char *read_line(char *line, size_t size) {
  char text[] = "a line that is longer than the buffer it is read into\n";
  FILE *file = fmemopen(text, sizeof text - 1, "r");
  line = getline(&line, &size, file) > 0 ? line : nullptr;
  fclose(file);
  return line;
}

void fault() { free(hide(read_line(hide(new char[16]), 16))); }

void healthy() { free(hide(read_line(nullptr, 0))); }
