/* Which process and thread this is, without asking the kernel: a sandbox may forbid even that. */
#ifndef CROSSFREE_IDS_H
#define CROSSFREE_IDS_H

#include "common.h"
#include "system.h"

/* Where glibc keeps a thread's id, from its control block: in every version for x86-64 since 2.4. 0: it is not there. */
extern unsigned tid_offset HIDDEN;
extern int own_process HIDDEN;
extern THREAD_LOCAL int cached_tid;

/* A child made by vfork runs in this thread and its memory; its id is not known. */
extern THREAD_LOCAL int in_vfork_child HIDDEN;

static inline int own_tid(void) {
  if (likely(tid_offset)) return *(const int *)(thread_pointer() + tid_offset);
  return cached_tid ? cached_tid : (cached_tid = system_tid());
}

/* The observed process's: in a child made by vfork its parent's. */
static inline int own_pid(void) { return own_process ? own_process : system_pid(); }

void ids_start(void);

/* After fork: the only thread of the child has the process's id. */
void ids_forked_child(void);

#endif
