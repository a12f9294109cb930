/* Opens a library in the manner that its first argument names and uses it, then allocates on its own. */
#define _GNU_SOURCE
#include "../fault.h"
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv) {
  const char *how = argv[1];
  void *handle = strcmp(how, "deepbind") == 0    ? dlopen(argv[2], RTLD_NOW | RTLD_DEEPBIND)
                 : strcmp(how, "lazy") == 0      ? dlopen(argv[2], RTLD_LAZY | RTLD_LOCAL)
                 : strcmp(how, "global") == 0    ? dlopen(argv[2], RTLD_NOW | RTLD_GLOBAL)
                 : strcmp(how, "nodelete") == 0  ? dlopen(argv[2], RTLD_NOW | RTLD_NODELETE)
                 : strcmp(how, "namespace") == 0 ? dlmopen(LM_ID_NEWLM, argv[2], RTLD_NOW)
                                                 : dlopen(argv[2], RTLD_NOW);
  if (handle == NULL) return puts(dlerror()), 1;
  void *(*make)(size_t) = dlsym(handle, "make");
  void (*take)(void *) = dlsym(handle, "take");
  for (int i = 0; i < 100; i++) take(make(i));
  /* Over the border; not between namespaces, for there each side has a C library of its own. */
  if (strcmp(how, "namespace") != 0 && !asked(argc, argv, "apart")) {
    for (int i = 0; i < 100; i++) free(make(i));
    for (int i = 0; i < 100; i++) take(malloc(i));
  }
  if (asked(argc, argv, "fault")) cross_free();
  puts("done");
  dlclose(handle);
}
