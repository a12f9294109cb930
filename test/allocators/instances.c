// Several allocators, and two copies of one, in one process: each hands out blocks of its own and
// takes them back, from two threads, while the others do the same. The arguments are their files.
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 16, BLOCKS = 200 };
static struct { void *(*get)(size_t); void *(*resize)(void *, size_t); void (*release)(void *); } allocators[MOST];
static int count;

static void *work(void *seed) {
  static __thread unsigned char *blocks[MOST][BLOCKS];
  unsigned char mark = (unsigned char)(unsigned long)seed;
  for (int i = 0; i < BLOCKS; i++)
    for (int a = 0; a < count; a++)
      memset(blocks[a][i] = allocators[a].get(i + 1), mark + a + i, i + 1);
  for (int i = 0; i < BLOCKS; i++)
    for (int a = 0; a < count; a++) {
      unsigned char *block = allocators[a].resize(blocks[a][i], 2 * i + 2);
      for (int b = 0; b <= i; b++)
        if (block[b] != (unsigned char)(mark + a + i)) return (void *)1;
      allocators[a].release(block);
    }
  return NULL;
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc && count < MOST; i++, count++) {
    void *library = dlopen(argv[i], RTLD_NOW | RTLD_LOCAL);
    if (!library) return fprintf(stderr, "%s\n", dlerror()), 2;
    *(void **)&allocators[count].get = dlsym(library, "malloc");
    *(void **)&allocators[count].resize = dlsym(library, "realloc");
    *(void **)&allocators[count].release = dlsym(library, "free");
    for (int other = 0; other < count; other++)
      if (allocators[other].get == allocators[count].get) return fprintf(stderr, "one instance\n"), 2;
  }
  pthread_t threads[2];
  void *torn[2];
  for (unsigned long i = 0; i < 2; i++) pthread_create(&threads[i], NULL, work, (void *)(i * 100 + 1));
  for (int i = 0; i < 2; i++) pthread_join(threads[i], &torn[i]);
  puts(torn[0] || torn[1] ? "torn" : "whole");
  return 0;
}
