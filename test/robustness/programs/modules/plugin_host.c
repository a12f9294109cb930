/* Opens plugin.so by its bare name: found only through the RUNPATH of this very object. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

int host(void) {
  void *handle = dlopen("plugin.so", RTLD_NOW);
  if (handle == NULL) return puts(dlerror()), 1;
  void *block = ((void *(*)(size_t))dlsym(handle, "make"))(50);
  ((void (*)(void *))dlsym(handle, "take"))(block);
  puts("the plugin was found");
  return dlclose(handle);
}
#ifdef PROGRAM
#include "../fault.h"
int main(int argc, char **argv) {
  int result = argc > 1 && argv[1][0] == '/' ? ((int (*)(void))dlsym(dlopen(argv[1], RTLD_NOW), "host"))() : host();
  if (asked(argc, argv, "fault")) cross_free();
  return result;
}
#endif
