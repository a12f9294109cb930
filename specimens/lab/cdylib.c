// A block of the library `liba.so` is given to the other or back: `system` to a library on the system's allocator,
// `arena` to one with an allocator of its own, `from-arena` the other way, `healthy` where it came from.

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *function(const char *library, const char *name) {
  char path[4096];
  snprintf(path, sizeof path, FOLDER "/%s", library);
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  void *found = handle ? dlsym(handle, name) : NULL;
  if (!found) {
    fprintf(stderr, "%s\n", dlerror());
    exit(1);
  }
  return found;
}

int main(int count, char **arguments) {
  const char *act = count > 1 ? arguments[1] : "healthy";
  const char *from = strcmp(act, "from-arena") == 0 ? "libarena.so" : "liba.so", *to = "liba.so";
  if (strcmp(act, "system") == 0) to = "libb.so";
  if (strcmp(act, "arena") == 0) to = "libarena.so";
  void *(*hand_out)(void) = (void *(*)(void))function(from, "hand_out");
  void (*take_back)(void *) = (void (*)(void *))function(to, "take_back");
  take_back(hand_out());
  return 0;
}
