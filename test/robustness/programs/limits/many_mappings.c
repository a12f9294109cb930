/* Uses up the number of mappings that a process may have, then allocates small and large. */
#define _GNU_SOURCE
#include "../fault.h"
#include <stdio.h>
#include <sys/mman.h>

int main(int argc, char **argv) {
  void *small[1000];
  for (int i = 0; i < 1000; i++) small[i] = malloc(i); /* room in the heap for later */
  for (int i = 0; i < 1000; i++) free(small[i]);
  int count = 0;
  while (mmap(NULL, 4096, count % 2 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED) count++;
  printf("%s mappings\n", count > 60000 ? "more than 60,000" : "few");
  for (int i = 0; i < 1000; i++) free(malloc(i));
  void *large = malloc(64 << 20);
  printf("large: %s\n", large ? "block" : "null");
  free(large);
  if (asked(argc, argv, "fault")) cross_free();
}
