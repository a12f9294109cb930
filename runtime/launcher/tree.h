/* Every process below the launcher: since it is their subreaper, none can leave. */
#ifndef CROSSFREE_LAUNCHER_TREE_H
#define CROSSFREE_LAUNCHER_TREE_H

#include <stdint.h>
#include <sys/types.h>

struct tree_facts {
  unsigned processes; /* that still run */
  uint64_t resident;  /* bytes; pages that several share count for each */
};

struct tree_facts tree_look(void);
/* Resident bytes with shared pages counted once. Slow. */
uint64_t tree_resident(void);
/* Sends a signal to each; returns how many there are. */
unsigned tree_signal(int signal);
/* Stops all, so that none can go on forking, then kills all. */
void tree_kill(void);

#endif
