/* sigaction and its elder kin: the program sets and reads its own, whatever the kernel has. */
#include <errno.h>
#include <string.h>

#include "../ledger.h"
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
/* Handlers that are good for one signal only: afterwards the default is ours again. */
static void *once[SIGNALS];
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

/* Takes a signal whose default stands. */
static void take(int signal) {
  struct kernel_action now, replaced;
  if (kernel_action(signal, NULL, &now) != 0 || now.handler != (void *)SIG_DFL) return;
  if (withheld[signal] && (now.flags & SA_RESETHAND)) now.flags |= SA_ONSTACK; /* what a handler left that is used up */
  believed[signal] = now;
  if (kernel_action(signal, &ours, &replaced) != 0 || replaced.handler == (void *)SIG_DFL) return;
  if (replaced.handler != ours.handler) kernel_action(signal, &replaced, NULL); /* another thread was quicker */
}

void action_default(int signal) {
  struct kernel_action plain = {.handler = (void *)SIG_DFL};
  kernel_action(signal, &plain, NULL);
}

/* In front of a handler with SA_RESETHAND, on its stack and in its frame: the kernel has just reset it. */
static void used_up(int signal, siginfo_t *info, void *context) {
  void (*handler)(int, siginfo_t *, void *) = (void (*)(int, siginfo_t *, void *))once[signal];
  if (crash_watching()) take(signal);
  handler(signal, info, context);
}

static struct sigaction believed_of(int signal) {
  const struct kernel_action *kept = &believed[signal];
  struct sigaction action = {.sa_handler = SIG_DFL, .sa_flags = (int)kept->flags, .sa_restorer = (void (*)(void))kept->restorer};
  memcpy(&action.sa_mask, &kept->mask, sizeof kept->mask);
  return action;
}

/* From what the kernel has to what the program set; `kept_once` and `kept_withheld` are of that time. */
static void as_the_program_knows(int signal, struct sigaction *action, void *kept_once, void *kept_withheld) {
  void *handler = (void *)action->sa_handler;
  if (handler == (void *)crash_handler) {
    *action = believed_of(signal);
    return;
  }
  if (handler == (void *)used_up) handler = (void *)(action->sa_handler = (void (*)(int))kept_once);
  bool used = handler == (void *)SIG_DFL && (action->sa_flags & SA_RESETHAND);
  if (kept_withheld && (kept_withheld == handler || used)) action->sa_flags |= SA_ONSTACK;
}

static int set_action(int (*next)(int, const struct sigaction *, struct sigaction *), int signal,
                      const struct sigaction *new, struct sigaction *old) {
  if (!ours.handler || signal < 1 || signal >= SIGNALS) return next(signal, new, old);
  bool watching = crash_watching(); /* what was kept must be told also afterwards */
  void *kept_once = once[signal], *kept_withheld = withheld[signal], *handler = NULL;
  struct sigaction before = believed_of(signal), given;
  if (new) {
    given = *new;
    handler = (void *)given.sa_handler;
    if (handler == (void *)SIG_DFL || handler == (void *)SIG_IGN) handler = NULL;
  }
  if (watching && handler && (given.sa_flags & SA_RESETHAND) && is_fatal(signal)) {
    once[signal] = handler;
    given.sa_sigaction = used_up;
  }
  if (handler) {
    bool withhold = watching && !program_has_stack && (given.sa_flags & SA_ONSTACK);
    withheld[signal] = withhold ? handler : NULL;
    if (withhold) given.sa_flags &= ~SA_ONSTACK;
  }
  int result = next(signal, new ? &given : NULL, &before);
  if (result != 0) {
    once[signal] = kept_once;
    withheld[signal] = kept_withheld;
    return result;
  }
  if (new && !handler) withheld[signal] = NULL;
  if (watching && new && new->sa_handler == SIG_DFL && is_fatal(signal)) {
    struct sigaction after = before;
    as_the_program_knows(signal, &after, kept_once, kept_withheld); /* before what it believes is replaced */
    take(signal);
    if (old) *old = after;
    return 0;
  }
  as_the_program_knows(signal, &before, kept_once, kept_withheld);
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
  return handler == (void *)used_up ? once[signal] : handler;
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
    if (now.handler == handler || (now.handler == (void *)used_up && once[signal] == handler)) {
      now.flags |= SA_ONSTACK;
      kernel_action(signal, &now, NULL);
    }
    withheld[signal] = NULL;
  }
}

void actions_start(void) {
  /* The C library's own way back from a handler: debuggers and unwinders know it. */
  int (*next)(int, const struct sigaction *, struct sigaction *) =
      (int (*)(int, const struct sigaction *, struct sigaction *))next_symbol("sigaction");
  struct sigaction action = {.sa_sigaction = crash_handler, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  struct kernel_action first;
  for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++) {
    if (kernel_action(fatal[i], NULL, &first) != 0 || first.handler != (void *)SIG_DFL) continue;
    if (!next || next(fatal[i], &action, NULL) != 0) return;
    believed[fatal[i]] = first;
    kernel_action(fatal[i], NULL, &ours);
    /* nothing interrupts the record, but what the record itself may do wrong */
    ours.mask = ~(uint64_t)0 & ~(1ull << (SIGSEGV - 1)) & ~(1ull << (SIGBUS - 1));
    kernel_action(fatal[i], &ours, NULL);
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
