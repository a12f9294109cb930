/* Starts one program in a session of its own. */
#ifndef CROSSFREE_LAUNCHER_START_H
#define CROSSFREE_LAUNCHER_START_H

#include <sys/types.h>

#include "channel.h"

/* The process, or -1: `*kind` (a report_kind) and errno say why there is none. */
pid_t start_program(struct order *order, int output, int error, enum report_kind *kind);

#endif
