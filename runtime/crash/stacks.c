/* Alternate stacks for threads that have none, so that a stack overflow can be written down; the program
 * does not see them. One that a thread left behind serves the next. */
#include <errno.h>
#include <pthread.h>

#include "../ids.h"
#include "../modules.h"
#include "../system.h"
#include "crash.h"

/* The kernel's frame with every vector register, and whatever a handler of the program's needs that asked
 * for an alternate stack in a thread without one. Untouched, it costs nothing but address space. */
#define STACK_SIZE ((size_t)64 << 10)
#define STACKS 1024
#define LOOKED_AT 4

struct slot {
  int pid, tid; /* whose it is, or was */
  char *stack;
};

static struct slot slots[STACKS];
static unsigned used, hand;
static THREAD_LOCAL struct slot *mine;
static bool for_threads, have_threads;

bool threads_were_made(void) { return have_threads; }

static long kernel_stack(const stack_t *new, stack_t *old) { return system_call(SYS_sigaltstack, new, old, 0); }

static bool claim(struct slot *slot, int pid, int tid) {
  int owner = __atomic_load_n(&slot->tid, __ATOMIC_ACQUIRE);
  if (owner && owner != tid && system_call(SYS_tgkill, pid, owner, 0) != -ESRCH) return false;
  if (!__atomic_compare_exchange_n(&slot->tid, &owner, tid, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) return false;
  slot->pid = pid;
  return true;
}

static struct slot *find_slot(void) {
  int pid = own_pid(), tid = own_tid();
  unsigned have = __atomic_load_n(&used, __ATOMIC_ACQUIRE);
  if (have > STACKS) have = STACKS;
  for (unsigned i = 0; i < LOOKED_AT && i < have; i++) {
    struct slot *slot = &slots[__atomic_fetch_add(&hand, 1, __ATOMIC_RELAXED) % have];
    if (claim(slot, pid, tid)) return slot;
  }
  if (have == STACKS) return NULL;
  unsigned at = __atomic_fetch_add(&used, 1, __ATOMIC_ACQ_REL);
  return at < STACKS && claim(&slots[at], pid, tid) ? &slots[at] : NULL;
}

static bool is_ours(const stack_t *stack) {
  return mine && mine->stack && stack->ss_sp == mine->stack && stack->ss_size == STACK_SIZE;
}

void stacks_give(void) {
  stack_t now;
  if (kernel_stack(NULL, &now) != 0 || !(now.ss_flags & SS_DISABLE)) return;
  if (!mine) mine = find_slot();
  if (!mine) return;
  if (!mine->stack) {
    mine->stack = system_map(STACK_SIZE);
    if (!mine->stack) return;
    system_advise(mine->stack, STACK_SIZE, MADV_DONTDUMP);
  }
  stack_t ours = {.ss_sp = mine->stack, .ss_size = STACK_SIZE};
  kernel_stack(&ours, NULL);
}

void stacks_start(bool threads) {
  for_threads = threads;
  stacks_give();
}

void stacks_take_back(void) {
  stack_t now, none = {.ss_flags = SS_DISABLE};
  if (kernel_stack(NULL, &now) == 0 && is_ours(&now)) kernel_stack(&none, NULL);
}

/* The only thread of the child has the stack of the one that forked; the others' are free. */
void stacks_forked_child(void) {
  if (!mine) return;
  mine->pid = own_pid();
  __atomic_store_n(&mine->tid, own_tid(), __ATOMIC_RELEASE);
}

EXPORT int sigaltstack(const stack_t *new, stack_t *old) {
  static int (*next)(const stack_t *, stack_t *);
  if (!next) next = (int (*)(const stack_t *, stack_t *))next_symbol("sigaltstack");
  if (!mine) {
    if (new && !(new->ss_flags & SS_DISABLE)) actions_allow_alternate_stack();
    return next(new, old);
  }
  stack_t before;
  if (new && !(new->ss_flags & SS_DISABLE)) actions_allow_alternate_stack();
  int error = errno, result = next(new, &before);
  if (result != 0) return result;
  if (new && (new->ss_flags & SS_DISABLE) && crash_watching()) stacks_give();
  if (old) *old = is_ours(&before) ? (stack_t){.ss_flags = SS_DISABLE} : before;
  errno = error;
  return 0;
}

/* ---- threads ---- */

#define STARTS 256

struct start {
  int taken;
  void *(*routine)(void *);
  void *argument;
};

static struct start starts[STARTS];

/* Leaves no frame behind: the program's own routine is the thread's first. */
static void *start_thread(void *given) {
  struct start *start = given;
  void *(*routine)(void *) = start->routine;
  void *argument = start->argument;
  __atomic_store_n(&start->taken, 0, __ATOMIC_RELEASE);
  if (crash_watching()) stacks_give();
  return routine(argument);
}

static struct start *take_start(void) {
  for (unsigned i = 0; i < STARTS; i++) {
    int expected = 0;
    if (__atomic_compare_exchange_n(&starts[i].taken, &expected, 1, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) return &starts[i];
  }
  return NULL;
}

EXPORT int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*routine)(void *), void *argument) {
  static __typeof__(pthread_create) *next;
  if (!next) next = (__typeof__(pthread_create) *)next_symbol("pthread_create");
  have_threads = true;
  struct start *start = crash_watching() && for_threads ? take_start() : NULL;
  if (!start) return next(thread, attributes, routine, argument);
  start->routine = routine;
  start->argument = argument;
  int error = next(thread, attributes, start_thread, start);
  if (error != 0) __atomic_store_n(&start->taken, 0, __ATOMIC_RELEASE);
  return error;
}
