/* The handler of a fatal signal: writes the record on a stack of its own, then lets the default happen. Makes no system
 * call: where a sandbox forbids one, the process would die of that.
 *
 * A fault's signal stays blocked, and the kernel gives it back its default and ends the process when the very same
 * instruction faults again. SIGABRT and SIGSYS come by a call: their handler is good for one time, and the same call made
 * again ends the process. */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>

#include "../environment.h"
#include "../ids.h"
#include "../ledger.h"
#include "../modules.h"
#include "../process.h"
#include "../question.h"
#include "../reserve.h"
#include "../system.h"
#include "crash.h"
#include "resume.h"

#define RECORD_STACK_SIZE (96u << 10)
#define LONGEST_WAIT (1u << 28) /* turns: some seconds */

static char *record_stack;
static bool watching, heap_wanted;
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
  for (unsigned turn = 0; turn < LONGEST_WAIT && other_thread_writes(pid, tid); turn++) __builtin_ia32_pause();
}

void crash_hold_exit(void) {
  if (likely(!__atomic_load_n(&writer, __ATOMIC_ACQUIRE))) return;
  wait_for_other(own_pid(), own_tid());
}

static NO_INLINE void attempt(void (*step)(void)) {
  if (__builtin_setjmp(way_back) == 0) {
    attempting = true;
    step();
  }
  attempting = false;
}

static void look_at_heap(void) {
  struct answer answer;
  if (heap_wanted) question_ask(QUESTION_AT_CRASH, 0, (uintptr_t)current.context->uc_mcontext.gregs[REG_RSP], &answer);
}

__attribute__((used)) static void write_record(void) {
  crash_record(&current, attempt);
  attempt(look_at_heap);
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

#define SYSCALL_BYTES 2

static bool is_behind(uintptr_t address, const char *code, size_t size) {
  const struct module *module = module_at(address - size);
  return module && address - size >= module->text_start && address <= module->text_end && memcmp((const void *)(address - size), code, size) == 0;
}

/* The call by which the process sent itself this signal; 0: it did not. */
static long call_to_itself(int signal, const siginfo_t *info, const greg_t *of) {
  if (of[REG_RAX] != 0 || !is_behind((uintptr_t)of[REG_RIP], "\x0f\x05", SYSCALL_BYTES)) return 0;
  if (info->si_code == SI_TKILL && of[REG_RSI] == own_tid() && of[REG_RDX] == signal) return SYS_tgkill;
  if (info->si_code == SI_TKILL && of[REG_RDI] == own_tid() && of[REG_RSI] == signal) return SYS_tkill;
  if (info->si_code == SI_USER && info->si_pid == own_pid() && of[REG_RSI] == signal) return SYS_kill;
  return 0;
}

/* Whether the instruction that comes next, after this, brings the same fault again. */
static bool comes_again(int signal, const siginfo_t *info, greg_t *of) {
  if (info->si_code <= 0 || (signal == SIGBUS && info->si_code == BUS_MCEERR_AO)) return false;
  if (signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGFPE) return true;
  if (signal == SIGTRAP && is_behind((uintptr_t)of[REG_RIP], "\xcc", 1)) return of[REG_RIP] -= 1, true;
  if (signal == SIGSYS && is_behind((uintptr_t)of[REG_RIP], "\x0f\x05", SYSCALL_BYTES)) {
    of[REG_RIP] -= SYSCALL_BYTES;
    of[REG_RAX] = info->si_syscall;
    return true;
  }
  return false;
}

/* The default for this very signal, as it came. */
static void let_happen(int signal, const siginfo_t *info, ucontext_t *context) {
  greg_t *of = context->uc_mcontext.gregs;
  struct answer answer;
  if (comes_again(signal, info, of)) context_resume(context);
  if (is_called(signal)) {
    long call = call_to_itself(signal, info, of);
    if (call) {
      of[REG_RIP] -= SYSCALL_BYTES;
      of[REG_RAX] = call;
      context_resume(context);
    }
    question_ask(QUESTION_KILL, (uint64_t)signal, 0, &answer);
    system_call(SYS_tgkill, own_pid(), own_tid(), signal); /* nobody else does it */
    return;
  }
  fault_by(signal);
}

void crash_handler(int signal, siginfo_t *info, void *context) {
  int error = errno, pid = own_pid(), tid = own_tid();
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
    on_record_stack(record_stack + RECORD_STACK_SIZE);
    break;
  }
  let_happen(signal, info, context);
  __atomic_store_n(&writer, 0, __ATOMIC_RELEASE);
  errno = error;
}

static void after_vfork(void) { writer = 0; }

void crash_start(void) {
  const char *wish = environment_of_start("CROSSFREE_CRASH_RECORD"), *heap = environment_of_start("CROSSFREE_INSPECT_HEAP");
  /* Go asks the kernel itself what handlers there are, and would leave its own crashes to ours. */
  if (!ledger_active() || modules_have_go || (wish && strcmp(wish, "0") == 0)) return;
  if (!(record_stack = reserve_take(RECORD_STACK_SIZE))) return;
  modules_found_go = crash_stop;
  heap_wanted = heap && strcmp(heap, "always") == 0;
  stacks_start(wish && strcmp(wish, "threads") == 0);
  actions_start();
  process_before_exit = crash_hold_exit;
  process_after_fork = stacks_forked_child;
  process_after_vfork = after_vfork;
  watching = true;
}

void crash_stop(void) {
  if (!watching) return;
  watching = false;
  actions_stop();
  stacks_take_back();
}
