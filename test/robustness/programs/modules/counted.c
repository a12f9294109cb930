/* Built as a library: keeps blocks of its own from its constructor to its destructor. */
#include <stdlib.h>
#include <string.h>

static char *kept;
__attribute__((constructor)) static void begin(void) {
  kept = malloc(200);
  strcpy(kept, "kept");
}
__attribute__((destructor)) static void end(void) {
  char *more = realloc(kept, 2000);
  free(more);
  free(malloc(30));
}
void *make(size_t size) { return malloc(size); }
void take(void *block) { free(block); }
size_t length(void) { return strlen(kept); }
