/* Goes around whatever interposes: takes malloc and free out of the C library by handle and by its internal
 * names, and lets their blocks cross those of the ordinary calls, over and over at the same addresses. */
#define _GNU_SOURCE
#include "../fault.h"
#include <dlfcn.h>
#include <stdio.h>

extern void *operator_new(size_t) __asm__("_Znwm");
extern void *__libc_malloc(size_t);
extern void __libc_free(void *);

int main(int argc, char **argv) {
  void *library = dlopen("libc.so.6", RTLD_NOW);
  void *(*inner_malloc)(size_t) = dlsym(library, "malloc");
  void (*inner_free)(void *) = dlsym(library, "free");
  void *(*inner_realloc)(void *, size_t) = dlsym(library, "realloc");
  for (int i = 0; i < 1000; i++) {
    size_t size = i % 10 * 16 + 1;
    free(inner_malloc(size));
    inner_free(malloc(size));
    free(malloc(size));
    free(inner_realloc(malloc(size), size * 2));
    inner_free(realloc(inner_malloc(size), size * 3));
    __libc_free(malloc(size));
    free(__libc_malloc(size));
    give_back(operator_new(size));
    free(malloc(size));
  }
  if (asked(argc, argv, "fault")) cross_free();
  puts("done");
}
