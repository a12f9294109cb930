/* What malloc says of itself must not change: usable sizes, statistics, tuning calls. */
#include "../older_libc.h"
#include "../fault.h"
#include <malloc.h>
#include <stdio.h>

int main(int argc, char **argv) {
  for (size_t size = 0; size < 3000; size += 7) {
    void *block = malloc(size);
    memset(block, 1, malloc_usable_size(block)); /* all of it is ours to use */
    printf("%zu ", malloc_usable_size(block));
    free(block);
  }
  void *large = malloc(1 << 20);
  printf("%zu %zu\n", malloc_usable_size(large), malloc_usable_size(NULL));
  printf("mallopt %d %d\n", mallopt(M_MMAP_THRESHOLD, 65536), mallopt(M_PERTURB, 0));
  void *mapped = malloc(100000);
  struct mallinfo2 info = mallinfo2();
  printf("mapped blocks %zu\n", (size_t)info.hblks);
  free(large);
  free(mapped);
  malloc_trim(0);
  if (asked(argc, argv, "fault")) cross_free();
  FILE *nowhere = fopen("/dev/null", "w");
  printf("info %d\n", malloc_info(0, nowhere));
  fclose(nowhere);
}
