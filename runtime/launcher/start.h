/* Starts one program in a session of its own. */
#ifndef CROSSFREE_LAUNCHER_START_H
#define CROSSFREE_LAUNCHER_START_H

#include <stdbool.h>
#include <sys/types.h>

#include "channel.h"

/* Written by the child, which shares our memory until it has become the program. */
struct started {
  volatile enum report_kind kind; /* what could not be had */
  volatile int error;             /* an errno; 0: it runs */
  volatile bool same_addresses;
};

/* The process, or -1: `started` says why there is none. */
pid_t start_program(struct order *order, int output, int error, struct started *started);

#endif
