/* Healthy: says where its ledger goes and waits until the file that it is given is there. With `fault` it does wrong. */
#include "../fault.h"
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv) {
  printf("%s\n", getenv("CROSSFREE_LEDGER_DIR"));
  fflush(stdout);
  if (asked(argc, argv, "fault")) cross_free();
  for (int turn = 0; argc > 1 && access(argv[1], F_OK) != 0 && turn < 6000; turn++) usleep(10000);
  puts("healthy");
  return 0;
}
