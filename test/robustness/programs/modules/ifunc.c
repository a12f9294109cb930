/* IFUNC resolvers run while the program is being relocated, before anybody's constructor; one of them
 * allocates. */
#include "../fault.h"
#include <stdio.h>

static void *kept;
static int plain(int number) { return number + 1; }
static int fast(int number) { return number + 2; }

static int (*resolve(void))(int) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("sse2") ? fast : plain;
}
int chosen(int number) __attribute__((ifunc("resolve")));

int main(int argc, char **argv) {
  kept = malloc(chosen(40));
  free(kept);
  if (asked(argc, argv, "fault")) cross_free();
  printf("%d\n", chosen(40));
}
