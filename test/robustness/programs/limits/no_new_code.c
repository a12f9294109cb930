/* Forbids itself memory that is first writable and then executable, as hardened services do, then opens a
 * library: what would have to be patched cannot be. */
#include "../fault.h"
#include <dlfcn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

int main(int argc, char **argv) {
  if (prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) != 0) return 77;
  void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  printf("new code is %s\n", mprotect(page, 4096, PROT_READ | PROT_EXEC) ? "refused" : "allowed");
  void *handle = dlopen(argv[1], RTLD_NOW);
  if (handle == NULL) return puts(dlerror()), 1;
  void *(*make)(size_t) = dlsym(handle, "make");
  void (*take)(void *) = dlsym(handle, "take");
  for (int i = 0; i < 100; i++) take(make(i));
  if (asked(argc, argv, "fault")) cross_free();
  puts("done");
}
