#include "maps.h"

#include <string.h>

#include "system.h"

static bool parse_hex(const char **at, const char *end, uintptr_t *out) {
  uintptr_t value = 0;
  const char *from = *at;
  for (; *at < end; ++*at) {
    char c = **at;
    unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0') : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
    if (digit == 16) break;
    value = value << 4 | digit;
  }
  *out = value;
  return *at > from;
}

static bool parse_line(const char *line, const char *end, struct mapping *mapping) {
  const char *at = line;
  if (!parse_hex(&at, end, &mapping->start) || *at++ != '-' || !parse_hex(&at, end, &mapping->end)) return false;
  mapping->accessible = end - at < 4 || memcmp(at, " ---", 4) != 0;
  mapping->stack = end - line > 7 && memcmp(end - 7, "[stack]", 7) == 0;
  return true;
}

bool maps_each(bool (*visit)(const struct mapping *, void *), void *context) {
  int fd = system_open("/proc/self/maps", O_RDONLY, 0);
  if (fd < 0) return false;
  char buffer[4096];
  size_t have = 0;
  bool go = true, skipping = false; /* skipping: the rest of a line longer than the buffer */
  while (go) {
    long got = system_read(fd, buffer + have, sizeof buffer - have);
    if (got <= 0) break;
    have += (size_t)got;
    char *line = buffer, *newline;
    while (go && (newline = memchr(line, '\n', (size_t)(buffer + have - line)))) {
      struct mapping mapping;
      if (!skipping && parse_line(line, newline, &mapping)) go = visit(&mapping, context);
      skipping = false;
      line = newline + 1;
    }
    have = (size_t)(buffer + have - line);
    memmove(buffer, line, have);
    if (go && have == sizeof buffer) {
      struct mapping mapping;
      if (!skipping && parse_line(buffer, buffer + have, &mapping)) go = visit(&mapping, context);
      skipping = true;
      have = 0;
    }
  }
  system_close(fd);
  return true;
}
