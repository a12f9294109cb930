// The C half: a name that the caller owns, a name that is kept by reference, a record, and a look-up that may fail.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

char *make_name(void) { return strdup("a name of C's"); }
void free_name(char *name) { free(name); }

static const char *kept;
void keep_name(const char *name) { kept = name; }
size_t kept_length(void) { return strlen(kept); }

struct record {
  uint8_t kind;
  uint32_t length;
  uint8_t flag;
};
uint32_t record_length(const volatile struct record *record) { return record->flag == 3 ? record->length : ~record->length; }

const uint32_t *look_up(uint32_t key) {
  static const uint32_t seven = 7;
  return key == 7 ? &seven : NULL;
}
