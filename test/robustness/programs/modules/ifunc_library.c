/* Built as a library: the resolver of its IFUNC allocates, while the loader is still relocating. */
#include <stdlib.h>

static void *kept;
static size_t four(void) { return 4; }
static size_t (*resolve(void))(void) {
  kept = malloc(123);
  free(realloc(malloc(5), 500));
  return four;
}
size_t length(void) __attribute__((ifunc("resolve")));
void *make(size_t size) { return malloc(size); }
void take(void *block) { free(block); }
__attribute__((destructor)) static void end(void) { free(kept); }
