/* `SPECIMEN fault|healthy`: runs one half and says "done" when it came back. */
#include "specimen.h"
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "fault") == 0 && fault)
    fault();
  else if (argc == 2 && strcmp(argv[1], "healthy") == 0)
    healthy();
  else {
    fprintf(stderr, "usage: %s %shealthy\n", argv[0], fault ? "fault|" : "");
    return 2;
  }
  puts("done");
  return 0;
}
