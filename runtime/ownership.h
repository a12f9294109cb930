/* The rules: who may take a block back, and what happens when another one does.
 * Everything here is the careful path (birth.c, release.c, reallocate.c, heal.c); fast.h has the short one. */
#ifndef CROSSFREE_OWNERSHIP_H
#define CROSSFREE_OWNERSHIP_H

#include "common.h"
#include "shadow.h"

/* Around the real call of an allocating function: what was handed out inside it is noticed. */
void birth_begin(void);
void birth_end(void *pointer, uint64_t size, uint64_t alignment, uint32_t world, unsigned function,
               const struct call_place *place);

/* Between the two: the block came straight from malloc, whatever world it is for. */
void birth_rests_on_c(void *pointer);

/* A real release that is at work. */
struct passing {
  void *block;
  uintptr_t return_address; /* the outermost one's: what it calls inside is released from there */
  bool is_due;              /* the block is STATE_PASSING, and what takes it for good is still to come */
};

struct release {
  void *pointer;
  uint64_t size;       /* stated by the call; SIZE_UNKNOWN: not stated. Corrected when healed. */
  uint64_t alignment;  /* stated by the call; 0: not stated. Corrected when healed. */
  uint32_t world;
  unsigned function;
  struct call_place place;
  struct passing passed_before; /* for release_end */
};

/* True: make the real call. False: it is done, or must not happen. */
bool release_begin(struct release *release);
/* After the real call. */
void release_end(const struct release *release);

struct reallocation {
  struct release old;
  uint64_t new_size, new_alignment;
  struct block before;   /* as it was, for when the call fails */
  bool tracked;
};

/* True: make the real call, then reallocate_end. False: `*result` is the answer. */
bool reallocate_begin(struct reallocation *call, void **result);
void reallocate_end(struct reallocation *call, void *result);

/* The allocator behind the c world, past every wrapper of ours. */
extern void *(*real_malloc)(size_t) HIDDEN;
extern void (*real_free)(void *) HIDDEN;

extern bool c_is_glibc;    /* its blocks always span two granules, and their headers can be checked */
extern bool c_is_bypassed; /* some module's calls do not pass us: an unseen birth or death proves nothing */

#endif
