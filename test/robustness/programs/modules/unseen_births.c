/* Releases what a plug-in handed out unseen: `chroot`: where there is no /proc; `files`: where no file can be opened. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

int main(int argc, char **argv) {
  void *plugin = dlopen(argv[2], RTLD_NOW | RTLD_DEEPBIND);
  if (!plugin) return puts(dlerror()), 1;
  void *(*hand_out)(int) = (void *(*)(int))dlsym(plugin, "hand_out");
  void *blocks[50];
  for (int i = 0; i < 50; i++) blocks[i] = hand_out(i);
  char folder[] = "/tmp/emptyXXXXXX";
  if (strcmp(argv[1], "chroot") == 0 && (!mkdtemp(folder) || chroot(folder) || chdir("/"))) return 2;
  if (strcmp(argv[1], "files") == 0) {
    struct rlimit none = {3, 3};
    setrlimit(RLIMIT_NOFILE, &none);
  }
  for (int i = 0; i < 50; i++) free(blocks[i]);
  puts("healthy");
  return 0;
}
