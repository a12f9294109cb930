/* The pipe to crossfree: whole jobs in, whole reports out. */
#ifndef CROSSFREE_LAUNCHER_CHANNEL_H
#define CROSSFREE_LAUNCHER_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

#include "protocol.h"

/* A job, and its words as execve wants them. `words` owns the bytes. */
struct order {
  struct job job;
  char *words;
  const char *executable;
  const char *directory;
  const char *input;   /* empty: none */
  char **arguments;    /* one more slot stands before the first: room for a shell */
  char **environment;
};

enum received { RECEIVED_JOB, RECEIVED_END, RECEIVED_NONSENSE };

/* Waits for a job. RECEIVED_END: the other side has closed; RECEIVED_NONSENSE: `*why` says what is wrong. */
enum received receive(int channel, struct order *order, const char **why);
void forget_order(struct order *order);

struct part {
  const void *bytes;
  size_t size;
};

/* False when nobody reads any more. */
bool send_report(int channel, const struct report *report, const struct part *parts, int count);

#endif
