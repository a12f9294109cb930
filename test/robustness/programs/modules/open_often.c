/* Opens and closes a library as often as its second argument says; each time the library allocates. A few
 * copies under other names are opened in turn with it, so that addresses come back with other modules. */
#include "../fault.h"
#include "../rss.h"
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv) {
  long times = atol(argv[1]), sum = 0;
  int libraries = 0;
  while (2 + libraries < argc && argv[2 + libraries][0] == '/') libraries++;
  for (long i = 0; i < times; i++) {
    void *handle = dlopen(argv[2 + i % libraries], RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) return puts(dlerror()), 1;
    void *(*make)(size_t) = dlsym(handle, "make");
    void (*take)(void *) = dlsym(handle, "take");
    take(make(i % 1000 + 1));
    sum += ((size_t(*)(void))dlsym(handle, "length"))();
    if (i == times - 1 && asked(argc, argv, "fault")) cross_free();
    if (i == times - 1 && asked(argc, argv, "rust-fault")) free(((void *(*)(void))dlsym(handle, "raw"))());
    dlclose(handle);
  }
  printf("sum %ld\n", sum);
  report_rss();
}
