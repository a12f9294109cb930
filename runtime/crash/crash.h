/* What is written when a fatal signal ends the program, and how that stays unseen by it.
 *
 * Where the program leaves one of these signals to its default, the kernel has our handler instead; a
 * handler of the program's own stands in the kernel itself, untouched. What the program reads back is
 * always what it would read without us. After the record the default takes effect, by the very same
 * signal: wait status, core dump and the kernel's log are what they would have been. */
#ifndef CROSSFREE_CRASH_H
#define CROSSFREE_CRASH_H

#include <signal.h>

#include "../common.h"

/* The kernel's struct sigaction. */
struct kernel_action {
  void *handler;
  unsigned long flags;
  void *restorer;
  uint64_t mask;
};

/* Takes the fatal signals whose default stands. Not before the ledger is open. */
void crash_start(void);

/* From now on new defaults are left alone, and those that are ours go back. */
void crash_stop(void);
bool crash_watching(void);

/* Another thread is writing down how the process dies: to end it now would hide that. */
void crash_hold_exit(void);

/* ---- actions.c ---- */
void actions_start(void);
void actions_stop(void);
/* The program is about to have an alternate stack of its own: its handlers may use it from now on. */
void actions_allow_alternate_stack(void);
/* A signal that a program sends itself to end: SIGABRT, SIGSYS. The others come by faults. */
bool is_called(int signal);

/* ---- stacks.c ---- */
/* Gives the first thread an alternate stack, where it has none; `threads`: each thread that begins later, too. That takes
 * system calls that a sandbox may forbid, so it is for who looks for a stack overflow. */
void stacks_start(bool threads);
/* The same for this thread, where it has one of ours already or `threads` was wished. */
void stacks_give(void);
/* More than one thread has been there. */
bool threads_were_made(void);
/* Takes this thread's away again, where it is ours. */
void stacks_take_back(void);
void stacks_forked_child(void);

/* ---- handler.c ---- */
void crash_handler(int signal, siginfo_t *info, void *context);

/* ---- record.c ---- */
struct crash {
  int pid, tid, signal;
  const siginfo_t *info;
  const ucontext_t *context;
};
/* Writes everything. Every step stands alone, the most important first. `attempt(step)` runs a step and
 * comes back also where that step faults. */
void crash_record(const struct crash *crash, void (*attempt)(void (*step)(void)));

#endif
