/* The handler of a fatal signal: writes the record on a stack of its own, then lets the default happen. */
#include <errno.h>
#include <string.h>

#include "../environment.h"
#include "../inspection.h"
#include "../ledger.h"
#include "../modules.h"
#include "../process.h"
#include "../system.h"
#include "crash.h"

#define RECORD_STACK_SIZE (96u << 10)
#define LONGEST_WAIT_NS 10000000000ull
#define TURN_NS 1000000

static char record_stack[RECORD_STACK_SIZE] __attribute__((aligned(64)));
static bool watching;
static uint64_t writer; /* process and thread that write a record; 0: none */
static struct crash current;
static void *way_back[5];
static bool attempting;

bool crash_watching(void) { return watching; }

static uint64_t writer_of(int pid, int tid) { return (uint64_t)(uint32_t)pid << 32 | (uint32_t)tid; }

static bool other_thread_writes(int pid, int tid) {
  uint64_t now = __atomic_load_n(&writer, __ATOMIC_ACQUIRE);
  return now && (int)(now >> 32) == pid && (int)(uint32_t)now != tid;
}

static void wait_for_other(int pid, int tid) {
  uint64_t until = system_clock_ns() + LONGEST_WAIT_NS;
  while (other_thread_writes(pid, tid) && system_clock_ns() < until) {
    struct timespec turn = {0, TURN_NS};
    system_call(SYS_nanosleep, &turn, 0, 0);
  }
}

void crash_hold_exit(void) {
  if (likely(!__atomic_load_n(&writer, __ATOMIC_ACQUIRE))) return;
  wait_for_other(system_pid(), system_tid());
}

static NO_INLINE void attempt(void (*step)(void)) {
  if (__builtin_setjmp(way_back) == 0) {
    attempting = true;
    step();
  }
  attempting = false;
}

__attribute__((used)) static void write_record(void) {
  /* A fault in here would begin at the alternate stack's top again, where the handler's own frame is. Going
   * back to the program brings it back. */
  stack_t none = {.ss_flags = SS_DISABLE};
  system_call(SYS_sigaltstack, &none, 0, 0);
  crash_record(&current, attempt);
  attempt(inspection_at_crash);
}

/* The thread's stack may be gone, and its alternate one small. */
static NO_INLINE void on_record_stack(char *top) {
  __asm__ volatile(
      "mov %%rsp, %%rbx\n\t"
      "mov %0, %%rsp\n\t"
      "call write_record\n\t"
      "mov %%rbx, %%rsp"
      :
      : "r"(top)
      : "rbx", "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "xmm0",
        "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",
        "xmm15", "memory", "cc");
}

/* Going back into the program does it again: the fault itself, with the kernel's own words. */
static bool comes_again(int signal, const siginfo_t *info) {
  bool fault = signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGFPE;
  return fault && info->si_code > 0 && !(signal == SIGBUS && info->si_code == BUS_MCEERR_AO);
}

/* The default for this very signal, as it came. */
static void let_happen(int pid, int tid, int signal, siginfo_t *info) {
  action_default(signal);
  if (comes_again(signal, info)) return;
  uint64_t set = 1ull << (signal - 1); /* until the program's own mask is back */
  system_call6(SYS_rt_sigprocmask, SIG_BLOCK, (long)&set, 0, sizeof set, 0, 0);
  if (system_call6(SYS_rt_tgsigqueueinfo, pid, tid, signal, (long)info, 0, 0) != 0) system_call(SYS_tgkill, pid, tid, signal);
}

void crash_handler(int signal, siginfo_t *info, void *context) {
  int error = errno, pid = system_pid(), tid = system_tid();
  uint64_t self = writer_of(pid, tid), now = __atomic_load_n(&writer, __ATOMIC_ACQUIRE);
  if (now == self && attempting) {
    attempting = false;
    __builtin_longjmp(way_back, 1); /* the record itself met what it could not read */
  }
  while (now != self) {
    if (other_thread_writes(pid, tid)) {
      wait_for_other(pid, tid);
      break;
    }
    /* Refused: another thread came first, and must be waited for. */
    if (!__atomic_compare_exchange_n(&writer, &now, self, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) continue;
    current = (struct crash){.pid = pid, .tid = tid, .signal = signal, .info = info, .context = context};
    on_record_stack(record_stack + sizeof record_stack);
    __atomic_store_n(&writer, 0, __ATOMIC_RELEASE);
    break;
  }
  let_happen(pid, tid, signal, info);
  errno = error;
}

void crash_start(void) {
  const char *wish = environment_of_start("CROSSFREE_CRASH_RECORD");
  /* Go asks the kernel itself what handlers there are, and would leave its own crashes to ours. */
  if (!ledger_active() || modules_have_go || (wish && strcmp(wish, "0") == 0)) return;
  modules_found_go = crash_stop;
  stacks_give();
  actions_start();
  process_before_exit = crash_hold_exit;
  process_after_fork = stacks_forked_child;
  process_before_sandbox = crash_stop;
  watching = true;
}

void crash_stop(void) {
  if (!watching) return;
  watching = false;
  actions_stop();
  stacks_take_back();
}
