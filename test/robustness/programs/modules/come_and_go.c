/* come_and_go FOLDER LIBRARIES TURNS KEPT [fault]: opens the libraries plug0001.so, plug0002.so, … of a folder in turn and closes
 * each when KEPT others were opened after it. Each makes a block. The fault is in the last one of all. */
#include "../fault.h"
#include <dlfcn.h>
#include <stdio.h>

#define MOST 4096

int main(int count, char **arguments) {
  int turns = atoi(arguments[3]), kept = atoi(arguments[4]), libraries = atoi(arguments[2]);
  static void *open[MOST], *blocks[MOST];
  for (int turn = 0; turn < turns; turn++) {
    char path[4096];
    snprintf(path, sizeof path, "%s/plug%04d.so", arguments[1], turn % libraries + 1);
    int at = turn % (kept + 1);
    if (open[at]) {
      free(blocks[at]);
      dlclose(open[at]);
    }
    if (!(open[at] = dlopen(path, RTLD_NOW))) return puts(dlerror()), 1;
    blocks[at] = ((void *(*)(int))dlsym(open[at], "make"))(turn % 100 + 1);
    if (turn == turns - 1 && asked(count, arguments, "fault")) ((void (*)(void))dlsym(open[at], "late"))();
  }
  printf("%d turns\n", turns);
  return 0;
}
