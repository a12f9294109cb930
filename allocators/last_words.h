/* What an allocator says before it ends the program. */
#ifndef LAST_WORDS_H
#define LAST_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* A line of text, built without allocating; what does not fit is left out. */
struct words {
  char text[256];
  size_t length;
};

void say_text(struct words *words, const char *text);
void say_number(struct words *words, size_t number);
/* With 0x in front and at least so many digits. */
void say_hex(struct words *words, uint64_t number, unsigned digits);

/* Writes the line to standard error, leaves it where the C library keeps such words for debuggers,
 * and aborts. */
_Noreturn void last_words(struct words *words);

#endif
