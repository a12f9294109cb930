#include "lock.h"

#include <pthread.h>
#include <stdatomic.h>

#include "kernel.h"

/* 0: free, 1: taken, 2: taken and somebody sleeps */
static _Atomic int state;

void lock_take(void) {
  int expected = 0;
  if (atomic_compare_exchange_strong(&state, &expected, 1)) return;
  while (atomic_exchange(&state, 2) != 0) kernel(SYS_futex, (long)&state, FUTEX_WAIT_PRIVATE, 2, 0, 0, 0);
}

void lock_release(void) {
  if (atomic_exchange(&state, 0) == 2) kernel(SYS_futex, (long)&state, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0);
}

static void free_in_child(void) { atomic_store(&state, 0); }

/* Registered before the program's own: so the lock is taken after their handlers have run, which may
 * allocate, and is free again before they do in the child. */
__attribute__((constructor)) static void survive_fork(void) {
  pthread_atfork(lock_take, lock_release, free_in_child);
}
