/* The bytes of events: their lengths, and the longer ones. */
#ifndef CROSSFREE_TRACE_STREAM_H
#define CROSSFREE_TRACE_STREAM_H

#include "writer.h"

static inline uint64_t load(const uint8_t *from, unsigned bytes) {
  uint64_t value = 0;
  memcpy(&value, from, bytes);
  return value;
}

/* One store, with zeros behind: a killed process leaves all of it or nothing. */
static inline void store(uint8_t *to, uint64_t value, unsigned bytes) {
  if (bytes <= 4) {
    uint32_t word = (uint32_t)value;
    memcpy(to, &word, sizeof word);
  } else {
    memcpy(to, &value, sizeof value);
  }
}

static inline unsigned event_bytes(const uint8_t *event) {
  static const uint8_t forms[] = {0, RELEASE_BYTES, BIRTH_BYTES, 2};
  static const uint8_t kinds[] = {1, 9, 5, 7, 9, 9, 21, 21};
  unsigned kind = *event >> 2;
  if (*event & 3) return forms[*event & 3];
  return kind < sizeof kinds ? kinds[kind] : 1;
}

/* What follows the first byte is there before it is. */
static inline void put_kind(struct writer *w, unsigned kind, unsigned bytes) {
  BEFORE_NOW();
  *w->at = (uint8_t)(kind << 2);
  w->at += bytes;
}

static inline void put_address(struct writer *w, unsigned kind, uint64_t value) {
  memcpy(w->at + 1, &value, sizeof value);
  put_kind(w, kind, 9);
}

static inline void put_time(struct writer *w, uint64_t ticks) {
  put_address(w, TRACE_TIME, ticks);
  w->last = ticks;
}

static inline void put_site(struct writer *w, uint32_t word) {
  uint16_t slot = (uint16_t)SLOT_OF(word);
  uint32_t site = SITE_PART(word);
  memcpy(w->at + 1, &slot, sizeof slot);
  memcpy(w->at + 3, &site, sizeof site);
  put_kind(w, TRACE_SITE, 7);
  w->slots[slot] = site;
}

static inline void put_far(struct writer *w, unsigned kind, uint64_t address, uint64_t size, uint32_t word) {
  uint32_t site = SITE_PART(word);
  memcpy(w->at + 1, &address, sizeof address);
  memcpy(w->at + 9, &size, sizeof size);
  memcpy(w->at + 17, &site, sizeof site);
  put_kind(w, kind, 21);
}

#endif
