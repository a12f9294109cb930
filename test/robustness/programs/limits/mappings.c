/* What its large mappings cost: counted are those that a core dump would hold, that would take huge pages,
 * and how much memory the process really holds. Said on standard error. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
  for (int i = 0; i < 10000; i++) malloc(40);
  FILE *maps = fopen("/proc/self/smaps", "r");
  char line[1024];
  unsigned long start, end, dumped = 0, huge = 0, held = 0, committed = 0;
  while (fgets(line, sizeof line, maps)) {
    char permissions[5];
    unsigned long kilobytes, from, to;
    if (sscanf(line, "%lx-%lx %4s ", &from, &to, permissions) == 3) {
      start = from;
      end = to;
    }
    if (sscanf(line, "Rss: %lu", &kilobytes) == 1) held += kilobytes;
    if (sscanf(line, "AnonHugePages: %lu", &kilobytes) == 1) huge += kilobytes;
    if (strncmp(line, "VmFlags:", 8) == 0) {
      if (strstr(line, " dd") == NULL) dumped += (end - start) >> 10;
      if (strstr(line, " ac") != NULL) committed += (end - start) >> 10;
    }
  }
  fclose(maps);
  fprintf(stderr, "held=%lu\nhuge=%lu\ndumped=%lu\ncommitted=%lu\n", held, huge, dumped, committed);
  puts("done");
}
