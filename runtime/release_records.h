/* What the ledger keeps of release sites. */
#ifndef CROSSFREE_RELEASE_RECORDS_H
#define CROSSFREE_RELEASE_RECORDS_H

#include "ownership.h"
#include "unwind.h"

/* A release at the moment that it is asked for. */
struct release_seen {
  const struct release *release;
  const struct block *block; /* NULL: nothing is known of it */
  uint64_t site;
  uint64_t frames[STACK_FRAMES_MAX];
  size_t frame_count;
  bool truncated;
  bool left_out;
};

/* Writes the site when it is new, and counts. */
void release_note(const struct release_seen *seen);

#endif
