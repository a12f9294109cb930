/* Blocks outlive the library that allocated them, the library comes back, and takes one that it made in its
 * former life; another library takes its place in between. */
#include "../fault.h"
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv) {
  void *blocks[100];
  for (int i = 0; i < 100; i++) {
    void *handle = dlopen(argv[1], RTLD_NOW);
    blocks[i] = ((void *(*)(size_t))dlsym(handle, "make"))(100 + i);
    dlclose(handle);
  }
  for (int i = 0; i < 50; i++) free(blocks[i]);
  void *handle = dlopen(argv[2], RTLD_NOW);
  for (int i = 50; i < 75; i++) ((void (*)(void *))dlsym(handle, "take"))(blocks[i]);
  dlclose(handle);
  handle = dlopen(argv[1], RTLD_NOW);
  for (int i = 75; i < 100; i++) ((void (*)(void *))dlsym(handle, "take"))(blocks[i]);
  dlclose(handle);
  if (asked(argc, argv, "fault")) cross_free();
  puts("done");
}
