/* Names the loader's list itself: the executable then has a copy of it, which nobody keeps up to date. */
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>

int main(int count, char **arguments) {
  int objects = 0;
  for (const struct link_map *map = _r_debug.r_map; map; map = map->l_next) objects++;
  puts(objects > 1 ? "there are objects" : "there are none");
  void *library = dlopen(arguments[1], RTLD_NOW);
  if (!library) return puts(dlerror()), 1;
  void (*late)(void) = (void (*)(void))dlsym(library, "late");
  if (count > 2) late();
  puts("done");
  return 0;
}
