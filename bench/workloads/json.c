/* A parser and serialiser: a JSON text becomes a tree of small blocks, the tree
 * becomes text again, the tree is freed; and so on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

enum kind { NUMBER, STRING, ARRAY, OBJECT };

struct value {
  enum kind kind;
  char *name; /* inside an object, else NULL */
  char *text; /* STRING */
  double number;
  struct value *first, *next;
};

struct buffer {
  char *data;
  size_t length, capacity;
};

static void append(struct buffer *buffer, const char *text, size_t length) {
  if (buffer->length + length + 1 > buffer->capacity) {
    buffer->capacity = (buffer->length + length + 1) * 2;
    buffer->data = realloc(buffer->data, buffer->capacity);
    if (!buffer->data) exit(1);
  }
  memcpy(buffer->data + buffer->length, text, length);
  buffer->length += length;
  buffer->data[buffer->length] = 0;
}

static void put(struct buffer *buffer, const char *text) { append(buffer, text, strlen(text)); }

/* Writes a random document `depth` levels deep. */
static void generate(struct buffer *buffer, uint64_t *state, int depth) {
  char small[64];
  uint32_t what = depth == 0 ? random_below(state, 2) : 2 + random_below(state, 2);
  if (what == 0) {
    snprintf(small, sizeof small, "%u.5", random_below(state, 100000));
    put(buffer, small);
  } else if (what == 1) {
    snprintf(small, sizeof small, "\"text %u%s\"", random_below(state, 1000), random_below(state, 2) ? " of some more length" : "");
    put(buffer, small);
  } else {
    uint32_t count = 3 + random_below(state, 6);
    put(buffer, what == 2 ? "[" : "{");
    for (uint32_t i = 0; i < count; i++) {
      if (i) put(buffer, ",");
      if (what == 3) {
        snprintf(small, sizeof small, "\"field%u\":", i);
        put(buffer, small);
      }
      generate(buffer, state, depth - 1);
    }
    put(buffer, what == 2 ? "]" : "}");
  }
}

static char *parse_string(const char **at) {
  const char *end = strchr(*at + 1, '"');
  size_t length = (size_t)(end - *at - 1);
  char *text = malloc(length + 1);
  if (!text) exit(1);
  memcpy(text, *at + 1, length);
  text[length] = 0;
  *at = end + 1;
  return text;
}

static struct value *parse(const char **at) {
  struct value *value = calloc(1, sizeof *value);
  if (!value) exit(1);
  if (**at == '"') {
    value->kind = STRING;
    value->text = parse_string(at);
  } else if (**at == '[' || **at == '{') {
    value->kind = **at == '[' ? ARRAY : OBJECT;
    struct value **link = &value->first;
    do {
      ++*at;
      char *name = NULL;
      if (value->kind == OBJECT) {
        name = parse_string(at);
        ++*at;
      }
      *link = parse(at);
      (*link)->name = name;
      link = &(*link)->next;
    } while (**at == ',');
    ++*at;
  } else {
    char *end;
    value->number = strtod(*at, &end);
    *at = end;
  }
  return value;
}

static void serialise(struct buffer *buffer, const struct value *value) {
  char small[32];
  switch (value->kind) {
    case NUMBER:
      snprintf(small, sizeof small, "%.1f", value->number);
      put(buffer, small);
      break;
    case STRING:
      put(buffer, "\"");
      put(buffer, value->text);
      put(buffer, "\"");
      break;
    default:
      put(buffer, value->kind == ARRAY ? "[" : "{");
      for (const struct value *child = value->first; child; child = child->next) {
        if (child->name) {
          put(buffer, "\"");
          put(buffer, child->name);
          put(buffer, "\":");
        }
        serialise(buffer, child);
        if (child->next) put(buffer, ",");
      }
      put(buffer, value->kind == ARRAY ? "]" : "}");
  }
}

static void release(struct value *value) {
  while (value) {
    struct value *next = value->next;
    release(value->first);
    free(value->name);
    free(value->text);
    free(value);
    value = next;
  }
}

int main(int argc, char **argv) {
  long rounds = argc > 1 ? atol(argv[1]) : 10;
  struct buffer document = {0};
  uint64_t state = 3;
  generate(&document, &state, 7);
  size_t total = 0;
  for (long i = 0; i < rounds; i++) {
    const char *at = document.data;
    struct value *root = parse(&at);
    struct buffer again = {0};
    serialise(&again, root);
    if (strcmp(again.data, document.data) != 0) {
      fprintf(stderr, "json: the text changed on its way\n");
      return 1;
    }
    total += again.length;
    free(again.data);
    release(root);
  }
  free(document.data);
  printf("json %zu\n", total);
  return 0;
}
