/* Release sites: each place that gives blocks back, known by its whole call stack and the function
 * that it calls. They are written down, or their releases left out, when the environment asks for it. */
#ifndef CROSSFREE_RELEASES_H
#define CROSSFREE_RELEASES_H

#include "common.h"
#include "ownership.h"

/* Some release is to be noted or left out: every release then takes the careful path. */
extern bool releases_watched HIDDEN;

/* `leave_out`: path of a file with the ids of sites, 16 hexadecimal digits a line, or `*` for all; NULL: none. */
void releases_start(bool note, const char *leave_out);

/* Notes a release that is about to happen. True: it must not, and its block stays live. */
bool release_left_out(const struct release *release);

/* The same for a reallocation; true: `*result` is a new block with the old one's bytes, which stays live. */
bool reallocation_left_out(struct reallocation *call, void **result);

#endif
