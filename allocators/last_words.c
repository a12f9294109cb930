#include "last_words.h"

#include <stdlib.h>
#include <string.h>

#include "c_library.h"
#include "kernel.h"

void say_text(struct words *words, const char *text) {
  size_t room = sizeof words->text - 2 - words->length, length = strlen(text);
  if (length > room) length = room;
  memcpy(words->text + words->length, text, length);
  words->length += length;
}

static void say_in_base(struct words *words, uint64_t number, unsigned base, unsigned digits) {
  char text[24];
  size_t at = sizeof text - 1;
  text[at] = 0;
  do {
    text[--at] = "0123456789abcdef"[number % base];
    number /= base;
  } while (number || sizeof text - 1 - at < digits);
  say_text(words, text + at);
}

void say_number(struct words *words, size_t number) { say_in_base(words, number, 10, 1); }

void say_hex(struct words *words, uint64_t number, unsigned digits) {
  say_text(words, "0x");
  say_in_base(words, number, 16, digits);
}

/* The layout of what glibc's __abort_msg points to. */
static struct {
  unsigned int size;
  char text[sizeof(struct words)];
} kept;

_Noreturn void last_words(struct words *words) {
  words->text[words->length++] = '\n';
  kernel(SYS_write, 2, (long)words->text, (long)words->length, 0, 0, 0);
  void **message = c_library_symbol("__abort_msg");
  if (message) {
    kept.size = sizeof kept;
    memcpy(kept.text, words->text, words->length);
    *message = &kept;
  }
  abort();
}
