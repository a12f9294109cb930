/* A small lock that survives fork and signal handlers: a holder that no longer exists
 * loses it, and no handler runs, or jumps away, while one is held. */
#ifndef CROSSFREE_LOCK_H
#define CROSSFREE_LOCK_H

#include <signal.h>

#include "../common.h"
#include "../ids.h"
#include "../system.h"

struct lock {
  int owner;         /* thread id, 0: free */
  uint64_t signals;  /* the holder's signal mask before */
};

static inline void lock_take(struct lock *lock) {
  int self = own_tid();
  uint64_t all = ~(uint64_t)0, before = 0;
  system_call6(SYS_rt_sigprocmask, SIG_SETMASK, (long)&all, (long)&before, sizeof all, 0, 0);
  for (unsigned turn = 0;; turn++) {
    int expected = 0;
    if (__atomic_compare_exchange_n(&lock->owner, &expected, self, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) break;
    if (turn % 1024 == 1023) {
      system_call(SYS_sched_yield, 0, 0, 0);
      if (system_call(SYS_tgkill, own_pid(), expected, 0) == -3 /* ESRCH: gone with a fork */)
        __atomic_compare_exchange_n(&lock->owner, &expected, 0, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    }
    __builtin_ia32_pause();
  }
  lock->signals = before;
}

static inline void lock_release(struct lock *lock) {
  uint64_t before = lock->signals;
  __atomic_store_n(&lock->owner, 0, __ATOMIC_RELEASE);
  system_call6(SYS_rt_sigprocmask, SIG_SETMASK, (long)&before, 0, sizeof before, 0, 0);
}

#endif
