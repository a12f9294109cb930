/* One job: a program from its start until nothing of it is left. */
#ifndef CROSSFREE_LAUNCHER_JOB_H
#define CROSSFREE_LAUNCHER_JOB_H

#include <stdbool.h>

#include "channel.h"

/* What wakes us: `channel` when the other side goes, `signals` (a signalfd) for children and our own end. */
struct surroundings {
  int channel;
  int reports;
  int signals;
};

/* Runs it and reports. False: nobody waits for us any more; nothing of the program is left either. */
bool run_job(struct order *order, const struct surroundings *around);

#endif
