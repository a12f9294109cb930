/* Built as a library that is preloaded beside ours: wraps malloc and free in the classical way. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int calls;
static void *(*next_malloc)(size_t);
static void (*next_free)(void *);

void *malloc(size_t size) {
  if (next_malloc == NULL) next_malloc = dlsym(RTLD_NEXT, "malloc");
  calls++;
  return next_malloc(size);
}

void free(void *block) {
  if (next_free == NULL) next_free = dlsym(RTLD_NEXT, "free");
  next_free(block);
}

__attribute__((destructor)) static void say(void) {
  const char *text = calls > 0 ? "interposer was used\n" : "interposer was not used\n";
  write(1, text, strlen(text));
}
