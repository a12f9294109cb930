/* No descriptor is left: the limit is 0 or all are open. Opening a library fails as it does bare; what is
 * wrong is still found. */
#define _GNU_SOURCE
#include "../fault.h"
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>

int main(int argc, char **argv) {
  if (asked(argc, argv, "limit")) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_NOFILE, &none);
  } else {
    struct rlimit few = {64, 64};
    setrlimit(RLIMIT_NOFILE, &few);
    int last = 0;
    for (int opened; (opened = open("/dev/null", O_RDONLY)) >= 0;) last = opened;
    printf("last descriptor %d\n", last);
  }
  for (int i = 0; i < 1000; i++) free(malloc(i * 10));
  printf("dlopen: %s\n", dlopen("libm-not-there.so.9", RTLD_NOW) ? "opened" : "failed");
  if (asked(argc, argv, "fault")) cross_free();
  int opened = open("/dev/null", O_RDONLY);
  printf("open: %d %s\n", opened, strerror(errno));
}
