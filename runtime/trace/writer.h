/* Writes events. The short path is a store into a block that only this thread fills. */
#ifndef CROSSFREE_TRACE_WRITER_H
#define CROSSFREE_TRACE_WRITER_H

#include <string.h>
#include <x86intrin.h>

#include "../fast.h"
#include "format.h"

#define RELEASE_BYTES 3
#define BIRTH_BYTES 6
#define NEAR ((uint64_t)1 << (TRACE_DISTANCE_BITS + 4 - 1)) /* bytes that a distance reaches */
#define SITE_PART(word) ((word) & ~(uint32_t)63)
#define SLOT_OF(word) ((word) >> WORD_SITE_SHIFT & ((1u << TRACE_SLOT_BITS) - 1))

struct writer {
  uint8_t *at, *until;      /* below `until` a short event has room and needs no time of its own */
  uintptr_t last_address;   /* of the event before */
  uint32_t *slots;          /* sites that the block knows */
  uint8_t *last_birth;      /* the short birth written last */
  uint8_t *far_birth_end;   /* behind the long one written last */
  uint64_t last;            /* ticks at the last time written */
  uintptr_t passing;        /* this block's release is under way: calls inside for it are the same one */
  bool busy;                /* an event is being written: a signal handler must not */
  uint8_t *end, *timed;     /* below `end` any event has room; where the last time was written */
  unsigned stride;          /* bytes from one time to the next */
  struct trace_block *block;
};

extern THREAD_LOCAL struct writer writer HIDDEN;
/* libc's own word for it: without a second thread the order of events is that in the file. */
extern const char *single_threaded HIDDEN;

ALWAYS_INLINE uint64_t trace_ticks(void) { return __rdtsc() >> TRACE_TICK_SHIFT; }

void write_birth(uintptr_t address, uint64_t size, uint32_t word);
void write_release(uintptr_t address);
void release_at(uintptr_t address, unsigned kind, uint64_t ticks);
uint32_t site_unseen(uintptr_t return_address, uintptr_t stack, uint32_t world, unsigned function, void *block);

/* A block from a function of ours that may have called another one of ours inside. */
void birth_around(void *pointer, uint64_t size, uint32_t world, unsigned function, uintptr_t return_address, uintptr_t stack);
void trace_start(const char *directory, uint64_t limit);

#define BEFORE_NOW() __asm__ volatile("" ::: "memory") /* in this order, should a signal come between */

/* The distance as it is written; far or unaligned ones are more than TRACE_DISTANCE_BITS wide. */
ALWAYS_INLINE uint64_t distance_from(uintptr_t last, uintptr_t address) {
  uint64_t bytes = address - last + NEAR;
  return bytes >> 4 | bytes << 60;
}
#define IS_NEAR(distance) ((distance) >> TRACE_DISTANCE_BITS == 0)

ALWAYS_INLINE uint64_t short_birth(uint64_t distance, size_t size, uint32_t word) {
  return TRACE_BIRTH | distance << 2 | (uint64_t)SLOT_OF(word) << 24 | (uint64_t)size << (24 + TRACE_SLOT_BITS);
}

ALWAYS_INLINE void trace_birth(void *pointer, size_t size, uint32_t world, unsigned function, uintptr_t return_address,
                               uintptr_t stack) {
  uint32_t word;
  if (unlikely(!site_fast(birth_key(return_address, stack, function, false, 0), &word)))
    word = site_unseen(return_address, stack, world, function, pointer);
  struct writer *w = &writer;
  uintptr_t address = (uintptr_t)pointer;
  uint64_t distance = distance_from(w->last_address, address);
  if (likely(w->at < w->until) && likely(*single_threaded) && likely(!w->busy) && likely(IS_NEAR(distance)) &&
      likely(size >> TRACE_SIZE_BITS == 0) && likely(w->slots[SLOT_OF(word)] == SITE_PART(word))) {
    w->busy = true;
    BEFORE_NOW();
    uint8_t *to = w->at;
    uint64_t event = short_birth(distance, size, word);
    w->last_birth = to;
    w->at = to + BIRTH_BYTES;
    w->last_address = address;
    memcpy(to, &event, sizeof event); /* one store: a killed process leaves all of it or nothing */
    BEFORE_NOW();
    w->busy = false;
    return;
  }
  write_birth(address, size, word);
}

/* False: a call inside of another release of the same block. */
ALWAYS_INLINE bool trace_release(void *pointer) {
  struct writer *w = &writer;
  uintptr_t address = (uintptr_t)pointer;
  uint64_t distance = distance_from(w->last_address, address);
  if (unlikely(w->passing == address)) return false;
  if (likely(w->at < w->until) && likely(*single_threaded) && likely(!w->busy) && likely(IS_NEAR(distance))) {
    w->busy = true;
    BEFORE_NOW();
    uint8_t *to = w->at;
    uint32_t event = (uint32_t)(TRACE_RELEASE | distance << 2);
    w->at = to + RELEASE_BYTES;
    w->last_address = address;
    memcpy(to, &event, sizeof event);
    BEFORE_NOW();
    w->busy = false;
    return true;
  }
  write_release(address);
  return true;
}

#endif
