/* The file that a trace lies in. */
#ifndef CROSSFREE_TRACE_FILE_H
#define CROSSFREE_TRACE_FILE_H

#include "writer.h"

/* Room for one event; false: it cannot be written. */
bool room(struct writer *w);

/* Counts an event of this kind that is not written. */
void lose(unsigned kind, uint64_t size);

#endif
