/* sigaction and its elder kin: the program sets and reads its own, whatever the kernel has. */
#include <errno.h>
#include <string.h>

#include "../loaded.h"
#include "../modules.h"
#include "../system.h"
#include "crash.h"

#define SIGNALS 65
#define KERNEL_SET 8
#define SA_RESTORER_FLAG 0x04000000ul

static const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS};

/* What the program believes of a signal that it leaves to its default: flags and mask of its own choice. */
static struct kernel_action believed[SIGNALS];
/* Handlers that asked for the alternate stack while the program has none: ours is not for them. */
static void *withheld[SIGNALS];
/* Handlers that are good for one signal only, and whether that one came: afterwards the default is ours. */
static void *once[SIGNALS];
static bool used_up[SIGNALS];
static bool wants_info[SIGNALS]; /* asked for SA_SIGINFO itself */
static bool program_has_stack;
static struct kernel_action ours;

static long kernel_action(int signal, const struct kernel_action *new, struct kernel_action *old) {
  return system_call6(SYS_rt_sigaction, signal, (long)new, (long)old, KERNEL_SET, 0, 0);
}

static bool is_fatal(int signal) {
  for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
    if (fatal[i] == signal) return true;
  return false;
}

bool is_called(int signal) { return signal == SIGABRT || signal == SIGSYS; }

/* Nothing interrupts the record. A fault's own signal is blocked in its handler; SA_NODEFER of the others would let what
 * the record itself may do wrong through. */
static struct kernel_action action_of(int signal) {
  struct kernel_action action = ours;
  if (!is_called(signal)) return action;
  action.flags |= SA_RESETHAND | SA_NODEFER;
  action.mask &= ~(1ull << (signal - 1)) & ~(1ull << (SIGSEGV - 1)) & ~(1ull << (SIGBUS - 1));
  return action;
}

/* Takes a signal whose default stands. */
static void take(int signal) {
  struct kernel_action now, replaced, action = action_of(signal);
  if (kernel_action(signal, NULL, &now) != 0 || now.handler != (void *)SIG_DFL) return;
  if (withheld[signal] && (now.flags & SA_RESETHAND)) now.flags |= SA_ONSTACK; /* what a handler left that is used up */
  believed[signal] = now;
  if (kernel_action(signal, &action, &replaced) != 0 || replaced.handler == (void *)SIG_DFL) return;
  if (replaced.handler != ours.handler) kernel_action(signal, &replaced, NULL); /* another thread was quicker */
}

/* In front of a handler with SA_RESETHAND, which is not told to the kernel: the second signal is the default's. */
static void once_only(int signal, siginfo_t *info, void *context) {
  void (*handler)(int, siginfo_t *, void *) = (void (*)(int, siginfo_t *, void *))once[signal];
  if (__atomic_exchange_n(&used_up[signal], true, __ATOMIC_ACQ_REL)) crash_handler(signal, info, context);
  else handler(signal, info, context);
}

/* The kernel must block it while it is handled, for the default to be able to end the process; a call could not. */
static bool can_be_in_front(int signal, unsigned long flags) {
  return (flags & SA_RESETHAND) && !(flags & SA_NODEFER) && is_fatal(signal) && !is_called(signal);
}

static struct sigaction believed_of(int signal) {
  const struct kernel_action *kept = &believed[signal];
  struct sigaction action = {.sa_handler = SIG_DFL, .sa_flags = (int)kept->flags, .sa_restorer = (void (*)(void))kept->restorer};
  memcpy(&action.sa_mask, &kept->mask, sizeof kept->mask);
  return action;
}

/* From what the kernel has to what the program set; what was kept is of that time. */
static void as_the_program_knows(int signal, struct sigaction *action, void *kept_once, bool kept_used, bool kept_info, void *kept_withheld) {
  void *handler = (void *)action->sa_handler;
  if (handler == (void *)crash_handler) {
    *action = believed_of(signal);
    return;
  }
  if (handler == (void *)once_only) {
    action->sa_flags |= (int)SA_RESETHAND;
    if (!kept_info) action->sa_flags &= ~SA_SIGINFO;
    handler = kept_used ? (void *)SIG_DFL : kept_once;
    action->sa_handler = (void (*)(int))handler;
  }
  bool used = handler == (void *)SIG_DFL && (action->sa_flags & SA_RESETHAND);
  if (kept_withheld && (kept_withheld == handler || used)) action->sa_flags |= SA_ONSTACK;
}

static int set_action(int (*next)(int, const struct sigaction *, struct sigaction *), int signal,
                      const struct sigaction *new, struct sigaction *old) {
  if (!ours.handler || signal < 1 || signal >= SIGNALS) return next(signal, new, old);
  bool watching = crash_watching(); /* what was kept must be told also afterwards */
  void *kept_once = once[signal], *kept_withheld = withheld[signal], *handler = NULL;
  bool kept_used = used_up[signal], kept_info = wants_info[signal];
  struct sigaction before = believed_of(signal), given;
  if (new) {
    given = *new;
    handler = (void *)given.sa_handler;
    if (handler == (void *)SIG_DFL || handler == (void *)SIG_IGN) handler = NULL;
  }
  if (watching && handler && can_be_in_front(signal, (unsigned long)given.sa_flags)) {
    once[signal] = handler;
    used_up[signal] = false;
    given.sa_sigaction = once_only;
    wants_info[signal] = given.sa_flags & SA_SIGINFO;
    given.sa_flags = (given.sa_flags & ~(int)SA_RESETHAND) | SA_SIGINFO;
  }
  if (handler) {
    bool withhold = watching && !program_has_stack && (given.sa_flags & SA_ONSTACK);
    withheld[signal] = withhold ? handler : NULL;
    if (withhold) given.sa_flags &= ~SA_ONSTACK;
  }
  int result = next(signal, new ? &given : NULL, &before);
  if (result != 0) {
    once[signal] = kept_once;
    used_up[signal] = kept_used;
    wants_info[signal] = kept_info;
    withheld[signal] = kept_withheld;
    return result;
  }
  if (new && !handler) withheld[signal] = NULL;
  if (watching && new && new->sa_handler == SIG_DFL && is_fatal(signal)) {
    struct sigaction after = before;
    as_the_program_knows(signal, &after, kept_once, kept_used, kept_info, kept_withheld); /* before what it believes is replaced */
    take(signal);
    if (old) *old = after;
    return 0;
  }
  as_the_program_knows(signal, &before, kept_once, kept_used, kept_info, kept_withheld);
  if (old) *old = before;
  return 0;
}

#define NEXT(name) \
  static __typeof__(name) *next; \
  if (!next) next = (__typeof__(name) *)next_symbol(#name)

EXPORT int sigaction(int signal, const struct sigaction *new, struct sigaction *old) {
  NEXT(sigaction);
  return set_action(next, signal, new, old);
}

extern int __sigaction(int, const struct sigaction *, struct sigaction *);
EXPORT int __sigaction(int signal, const struct sigaction *new, struct sigaction *old) {
  NEXT(__sigaction);
  return set_action(next, signal, new, old);
}

static void *handler_known(int signal, void *handler) {
  if (handler == (void *)crash_handler) return (void *)SIG_DFL;
  if (handler != (void *)once_only) return handler;
  return used_up[signal] ? (void *)SIG_DFL : once[signal];
}

/* What these set is the C library's choice; only a default is taken afterwards. */
static sighandler_t set_handler(sighandler_t (*next)(int, sighandler_t), int signal, sighandler_t handler) {
  sighandler_t before = next(signal, handler);
  if (!ours.handler || signal < 1 || signal >= SIGNALS || before == SIG_ERR) return before;
  void *known = handler_known(signal, (void *)before);
  withheld[signal] = NULL;
  if (crash_watching() && handler == SIG_DFL && is_fatal(signal)) {
    int error = errno;
    take(signal);
    errno = error;
  }
  return (sighandler_t)known;
}

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#define SETTER(name)                                         \
  extern sighandler_t name(int, sighandler_t);               \
  EXPORT sighandler_t name(int signal, sighandler_t handler) { \
    static sighandler_t (*next)(int, sighandler_t);          \
    if (!next) next = (sighandler_t (*)(int, sighandler_t))next_symbol(#name); \
    if (!next) return errno = ENOSYS, SIG_ERR;               \
    return set_handler(next, signal, handler);               \
  }
SETTER(signal)
SETTER(bsd_signal)
SETTER(ssignal)
SETTER(sysv_signal)
SETTER(__sysv_signal)
SETTER(sigset)

void actions_allow_alternate_stack(void) {
  if (program_has_stack) return;
  program_has_stack = true;
  for (int signal = 1; signal < SIGNALS; signal++) {
    void *handler = withheld[signal];
    struct kernel_action now;
    if (!handler || kernel_action(signal, NULL, &now) != 0) continue;
    if (now.handler == handler || (now.handler == (void *)once_only && once[signal] == handler)) {
      now.flags |= SA_ONSTACK;
      kernel_action(signal, &now, NULL);
    }
    withheld[signal] = NULL;
  }
}

void actions_start(void) {
  /* The C library's own way back from a handler: debuggers and unwinders know it. */
  int (*theirs)(int, const struct sigaction *, struct sigaction *) =
      (int (*)(int, const struct sigaction *, struct sigaction *))libc_symbol("sigaction");
  struct sigaction action = {.sa_sigaction = crash_handler, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  struct kernel_action first;
  for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++) {
    if (kernel_action(fatal[i], NULL, &first) != 0 || first.handler != (void *)SIG_DFL) continue;
    if (!theirs || theirs(fatal[i], &action, NULL) != 0) return;
    believed[fatal[i]] = first;
    kernel_action(fatal[i], NULL, &ours);
    ours.mask = ~(uint64_t)0;
    struct kernel_action own = action_of(fatal[i]);
    kernel_action(fatal[i], &own, NULL);
    break;
  }
  for (size_t i = 0; ours.handler && i < sizeof fatal / sizeof *fatal; i++) take(fatal[i]);
}

void actions_stop(void) {
  for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++) {
    struct kernel_action now;
    if (kernel_action(fatal[i], NULL, &now) == 0 && now.handler == ours.handler)
      kernel_action(fatal[i], &believed[fatal[i]], NULL);
  }
}
