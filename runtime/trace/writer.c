/* The events that the short path leaves over. */
#include "writer.h"

#include <errno.h>

#include "file.h"
#include "stream.h"

#define LONGEST_STRIDE (TRACE_STRIDE * (RELEASE_BYTES + BIRTH_BYTES) / 2)
#define CLOSE_TICKS 2 /* a byte: events that follow each other faster have their times at each stride only */

THREAD_LOCAL struct writer writer;

/* The time of the event that follows, and how long it will do for those after it. */
static void put_ticks(struct writer *w, uint64_t ticks) {
  uint64_t passed = ticks > w->last ? ticks - w->last : 0; /* it was taken before the block was begun */
  bool close = passed <= CLOSE_TICKS * (uint64_t)(w->at - w->timed);
  if (passed >> TRACE_TICKS_BITS) {
    put_time(w, ticks);
  } else {
    store(w->at, TRACE_TICKS | passed << 2, 2);
    w->at += 2;
    w->last += passed;
  }
  w->stride = !*single_threaded || !close ? 0 : w->stride ? LONGEST_STRIDE : BIRTH_BYTES;
  w->timed = w->at;
  w->until = w->at + w->stride < w->end ? w->at + w->stride : w->end;
}

static bool is_timed(const struct writer *w) { return w->at < w->until && *single_threaded; }

void write_birth(uintptr_t address, uint64_t size, uint32_t word) {
  int error = errno;
  struct writer *w = &writer;
  uint64_t ticks = trace_ticks();
  if (room(w)) {
    w->busy = true;
    BEFORE_NOW();
    if (!is_timed(w)) put_ticks(w, ticks);
    uint64_t distance = distance_from(w->last_address, address);
    if (IS_NEAR(distance) && size >> TRACE_SIZE_BITS == 0) {
      if (w->slots[SLOT_OF(word)] != SITE_PART(word)) put_site(w, word);
      w->last_birth = w->at;
      store(w->at, short_birth(distance, size, word), BIRTH_BYTES);
      w->at += BIRTH_BYTES;
    } else {
      put_far(w, TRACE_FAR_BIRTH, address, size, word);
      w->far_birth_end = w->at;
    }
    w->last_address = address;
    BEFORE_NOW();
    w->busy = false;
  } else {
    lose(TRACE_FAR_BIRTH, size);
  }
  errno = error;
}

static void release(uintptr_t address, unsigned kind, uint64_t ticks, bool timed) {
  int error = errno;
  struct writer *w = &writer;
  if (room(w)) {
    w->busy = true;
    BEFORE_NOW();
    if (timed || !is_timed(w)) put_ticks(w, ticks);
    uint64_t distance = distance_from(w->last_address, address);
    if (kind == TRACE_FAR_RELEASE && IS_NEAR(distance)) {
      store(w->at, TRACE_RELEASE | distance << 2, RELEASE_BYTES);
      w->at += RELEASE_BYTES;
    } else {
      put_address(w, kind, address);
    }
    w->last_address = address;
    BEFORE_NOW();
    w->busy = false;
  } else {
    lose(kind, 0);
  }
  errno = error;
}

void write_release(uintptr_t address) { release(address, TRACE_FAR_RELEASE, trace_ticks(), false); }
void release_at(uintptr_t address, unsigned kind, uint64_t ticks) { release(address, kind, ticks, true); }

uint32_t site_unseen(uintptr_t return_address, uintptr_t stack, uint32_t world, unsigned function, void *block) {
  int error = errno;
  struct call_place place = {return_address, stack};
  uint32_t word = site_word(&place, function, world, false, false, 0, 0, (uintptr_t)block);
  errno = error;
  return word;
}

void birth_around(void *pointer, uint64_t size, uint32_t world, unsigned function, uintptr_t return_address, uintptr_t stack) {
  struct writer *w = &writer;
  bool is_short = w->last_birth && w->last_birth + BIRTH_BYTES == w->at, is_far = w->far_birth_end && w->far_birth_end == w->at;
  if (w->last_address != (uintptr_t)pointer || (!is_short && !is_far)) {
    trace_birth(pointer, size, world, function, return_address, stack);
    return;
  }
  /* Handed out by a call inside of this one: the outermost function is whose block it is. */
  uint32_t word;
  if (!site_fast(birth_key(return_address, stack, function, false, 0), &word))
    word = site_unseen(return_address, stack, world, function, pointer);
  if (is_short && size >> TRACE_SIZE_BITS == 0 && w->slots[SLOT_OF(word)] == SITE_PART(word)) {
    uint64_t distance = load(w->last_birth, BIRTH_BYTES) >> 2 & (((uint64_t)1 << TRACE_DISTANCE_BITS) - 1);
    store(w->last_birth, short_birth(distance, size, word), BIRTH_BYTES);
  } else if (room(w)) {
    w->busy = true;
    BEFORE_NOW();
    put_far(w, TRACE_RETAG, (uintptr_t)pointer, size, word);
    if (w->slots[SLOT_OF(word)] != SITE_PART(word)) put_site(w, word); /* the next one is put right in its place */
    w->far_birth_end = w->at; /* and so may a function around this one */
    BEFORE_NOW();
    w->busy = false;
  }
}
