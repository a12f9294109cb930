/* A plugin hands out a block and is unloaded; its host frees the block twice. The birth is in code that
 * is no longer there.
 * expect: CF002 c -> c
 * born: plugin_make
 * library: parts/plugin.c loaded
 * acts: dlopen dlclose free free
 */
#include "specimen.h"
#include <dlfcn.h>
#include <stdlib.h>

static void *make(void) {
  void *plugin = dlopen("libplugin.so", RTLD_NOW);
  void *(*plugin_make)(void) = (void *(*)(void))dlsym(plugin, "plugin_make");
  void *block = plugin_make();
  dlclose(plugin);
  return block;
}

void fault(void) {
  void *block = make();
  free(hide(block));
  free(hide(block));
}

void healthy(void) { free(hide(make())); }
