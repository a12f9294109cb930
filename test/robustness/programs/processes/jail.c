/* Changes its root to an empty directory, gives up its privileges, and goes on allocating. */
#define _GNU_SOURCE
#include "../fault.h"
#include <grp.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (chroot(argv[1]) != 0 || chdir("/") != 0) return 2;
  setgroups(0, NULL);
  if (setgid(65534) != 0 || setuid(65534) != 0) return 2;
  for (int i = 0; i < 1000; i++) free(malloc(i));
  if (asked(argc, argv, "fault")) cross_free();
  printf("user %d\n", getuid());
}
