/* Writes events. The short path is a few stores into a block that only this thread fills. */
#ifndef CROSSFREE_TRACE_WRITER_H
#define CROSSFREE_TRACE_WRITER_H

#include <x86intrin.h>

#include "../fast.h"
#include "format.h"

struct writer {
  uint64_t *at, *end;    /* below `end` any event has room */
  uint64_t last;         /* ticks of the event before */
  uint64_t *last_birth;  /* the first word of the birth written last */
  uint64_t birth;        /* its address; 0: something was released since */
  uint64_t passing;      /* this block's release is under way: calls inside for it are the same one */
  bool busy;             /* an event is being written: a signal handler must not */
  struct trace_block *block;
};

extern THREAD_LOCAL struct writer writer HIDDEN;

ALWAYS_INLINE uint64_t trace_ticks(void) { return __rdtsc() >> TRACE_TICK_SHIFT; }

void birth_slow(uintptr_t address, uint64_t size, uint32_t word, uint64_t ticks);
void release_at(uintptr_t address, unsigned kind, uint64_t ticks);
uint32_t site_unseen(uintptr_t return_address, uintptr_t stack, uint32_t world, unsigned function, void *block);

/* A block from a function of ours that may have called another one of ours inside. */
void birth_around(void *pointer, uint64_t size, uint32_t world, unsigned function, uintptr_t return_address, uintptr_t stack);
void trace_start(const char *directory, uint64_t limit);

#define WORD(kind, delta, address) ((kind) | (delta) << 3 | ((uint64_t)(address) >> 4) << 20)
#define SITE_WORD(word) ((uint64_t)((word) >> WORD_WORLD_SHIFT & ~63u) << 38 | (uint64_t)word_world(word) << 38)
#define BEFORE_NOW() __asm__ volatile("" ::: "memory") /* in this order, should a signal come between */

ALWAYS_INLINE void trace_birth(void *pointer, size_t size, uint32_t world, unsigned function, uintptr_t return_address,
                               uintptr_t stack) {
  uint32_t word = site_fast(return_address, stack, function);
  if (unlikely(!word)) word = site_unseen(return_address, stack, world, function, pointer);
  struct writer *w = &writer;
  uint64_t now = trace_ticks(), delta = now - w->last;
  uintptr_t address = (uintptr_t)pointer;
  if (likely(w->at < w->end) && likely(!w->busy) && likely(delta >> TRACE_DELTA_BITS == 0) && likely(!(address & 15)) &&
      likely(size < TRACE_SIZE_ESCAPE)) {
    w->busy = true;
    BEFORE_NOW();
    uint64_t *to = w->at;
    w->at = to + 2;
    w->last = now;
    w->last_birth = to;
    w->birth = address;
    to[1] = size | SITE_WORD(word);
    BEFORE_NOW(); /* who reads the first word of a killed process finds the second */
    to[0] = WORD(TRACE_BIRTH, delta, address);
    BEFORE_NOW();
    w->busy = false;
    return;
  }
  birth_slow(address, size, word, now);
}

/* False: a call inside of another release of the same block. */
ALWAYS_INLINE bool trace_release(void *pointer) {
  struct writer *w = &writer;
  uint64_t now = trace_ticks(), delta = now - w->last;
  uintptr_t address = (uintptr_t)pointer;
  if (unlikely(w->passing == address)) return false;
  if (likely(w->at < w->end) && likely(!w->busy) && likely(delta >> TRACE_DELTA_BITS == 0) && likely(!(address & 15))) {
    w->busy = true;
    BEFORE_NOW();
    uint64_t *to = w->at;
    w->at = to + 1;
    w->last = now;
    w->birth = 0;
    BEFORE_NOW();
    *to = WORD(TRACE_RELEASE, delta, address);
    BEFORE_NOW();
    w->busy = false;
    return true;
  }
  release_at(address, TRACE_RELEASE, now);
  return true;
}

#endif
