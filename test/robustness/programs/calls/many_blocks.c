/* A million blocks alive at once, released in another order. */
#include "../fault.h"
#include "../rss.h"
#include <stdio.h>

enum { COUNT = 1000000 };
int main(int argc, char **argv) {
  static char *blocks[COUNT];
  long sum = 0;
  for (long i = 0; i < COUNT; i++) *(blocks[i] = malloc(i % 40 + 1)) = i % 100;
  for (long i = 0; i < COUNT; i++) {
    long at = i * 7919 % COUNT;
    sum += *blocks[at];
    if (i == COUNT / 2 && asked(argc, argv, "fault")) cross_free();
    free(blocks[at]);
  }
  printf("sum %ld\n", sum);
  report_rss();
}
