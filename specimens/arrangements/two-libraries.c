/* A Box<str> goes from one Rust library to another. With giver.rs and taker.rs.
 *
 *   fault    the taker drops what the giver made
 *   healthy  the giver takes it back
 */
#include <stdio.h>
#include <string.h>

struct text { unsigned char *start; size_t length; };

struct text giver_make(unsigned number);
void giver_drop(struct text text);
size_t giver_works(size_t size);
void taker_drop(struct text text);
size_t taker_works(size_t size);

int main(int count, char **words) {
  int fault = count < 2 || strcmp(words[1], "healthy") != 0;
  struct text text = giver_make(7);
  printf("length %zu\n", text.length);
  fflush(stdout);
  size_t length = text.length;
  if (fault) taker_drop(text);
  else giver_drop(text);
  fprintf(stderr, "overwritten: %zu\n", taker_works(length) + giver_works(length));
  return 0;
}
