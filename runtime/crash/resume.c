#include "resume.h"

#include <signal.h>
#include <string.h>

#include "../common.h"

/* Read by the assembly below. */
__attribute__((used)) static greg_t resumed[NGREG];

_Static_assert(REG_R8 == 0 && REG_R15 == 7 && REG_RDI == 8 && REG_RSI == 9 && REG_RBP == 10 && REG_RBX == 11 && REG_RDX == 12 &&
                   REG_RAX == 13 && REG_RCX == 14 && REG_RSP == 15 && REG_RIP == 16 && REG_EFL == 17,
               "as the assembly reads them");

void context_resume(const ucontext_t *context) {
  memcpy(resumed, context->uc_mcontext.gregs, sizeof resumed);
  const void *vectors = context->uc_mcontext.fpregs;
  if (vectors) __asm__ volatile("fxrstor64 (%0)" : : "r"(vectors) : "memory");
  __asm__ volatile(
      "lea resumed(%rip), %rax\n\t"
      "pushq 136(%rax)\n\tpopfq\n\t"
      "mov 0(%rax), %r8\n\tmov 8(%rax), %r9\n\tmov 16(%rax), %r10\n\tmov 24(%rax), %r11\n\t"
      "mov 32(%rax), %r12\n\tmov 40(%rax), %r13\n\tmov 48(%rax), %r14\n\tmov 56(%rax), %r15\n\t"
      "mov 64(%rax), %rdi\n\tmov 72(%rax), %rsi\n\tmov 80(%rax), %rbp\n\tmov 88(%rax), %rbx\n\t"
      "mov 96(%rax), %rdx\n\tmov 112(%rax), %rcx\n\tmov 120(%rax), %rsp\n\tmov 104(%rax), %rax\n\t"
      "jmp *128+resumed(%rip)");
  __builtin_unreachable();
}

/* Unaligned, with the processor told to mind. */
static void bus_error(void) {
  static uint64_t words[2];
  __asm__ volatile(
      "pushfq\n\torl $0x40000, (%%rsp)\n\tpopfq\n\t"
      "mov 1(%0), %%eax\n\t"
      "pushfq\n\tandl $~0x40000, (%%rsp)\n\tpopfq"
      :
      : "r"(words)
      : "rax", "memory", "cc");
}

void fault_by(int signal) {
  switch (signal) {
    case SIGSEGV: __asm__ volatile("movl $0, 0" : : : "memory"); return;
    case SIGBUS: bus_error(); return;
    case SIGILL: __asm__ volatile("ud2"); return;
    case SIGTRAP: __asm__ volatile("int3"); return;
    case SIGFPE: __asm__ volatile("xor %%edx, %%edx\n\txor %%ecx, %%ecx\n\tdiv %%ecx" : : : "rax", "rcx", "rdx", "cc"); return;
  }
}
