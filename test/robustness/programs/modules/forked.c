/* Libraries that come and go in a program and in its forked children, which go on in one ledger: forked FOLDER [fault].
 * The faults are in plug0002.so, plug0003.so and plug0004.so. */
#include "../fault.h"
#include <dlfcn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static char *folder;

static void come_and_go(int first, int times, int faulty) {
  for (int i = first; i < first + times; i++) {
    char path[4096];
    snprintf(path, sizeof path, "%s/plug%04d.so", folder, i % 4 + 1);
    void *library = dlopen(path, RTLD_NOW);
    if (!library) puts(dlerror()), exit(1);
    free(((void *(*)(int))dlsym(library, "make"))(9));
    if (faulty && i == first + times - 1) ((void (*)(void))dlsym(library, "late"))();
    dlclose(library);
  }
}

int main(int count, char **arguments) {
  int faulty = asked(count, arguments, "fault"), status;
  folder = arguments[1];
  come_and_go(0, 7, 0);
  if (!fork()) come_and_go(0, 6, faulty), _exit(0);
  come_and_go(1, 50, 0);
  wait(&status);
  if (!fork()) come_and_go(0, 7, faulty), _exit(0);
  wait(&status);
  come_and_go(0, 4, faulty);
  puts("end");
  return 0;
}
