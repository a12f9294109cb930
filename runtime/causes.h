/* Wrong releases that went through, so that memory which is owned twice later can be traced back to one. */
#ifndef CROSSFREE_CAUSES_H
#define CROSSFREE_CAUSES_H

#include "common.h"
#include "shadow.h"

/* A release that was judged wrong and let through. */
struct wrong_release {
  uint32_t stack;      /* of the release: by it the reader knows the act */
  uintptr_t pointer;
  uintptr_t block;     /* 0: none is known */
  uint64_t size;       /* at birth; SIZE_UNKNOWN */
  uint64_t given_size; /* as the release stated it; SIZE_UNKNOWN */
};

void causes_note(const struct wrong_release *release);

/* Writes the latest wrong releases that reach into what both blocks own. Call right after the finding is written. */
void causes_write(const struct block *live, const struct block *fresh);

#endif
