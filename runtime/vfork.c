/* A child made by vfork runs in its parent's memory and has no id of its own there that could be known without asking
 * the kernel. Its parent, which goes on when it is gone, is told the id, and gives it to what the child wrote. */
#include <errno.h>

#include "ids.h"
#include "ledger.h"
#include "modules.h"
#include "process.h"

/* Read by the assembly below. */
__attribute__((used)) static pid_t (*next_vfork)(void);
static THREAD_LOCAL uint64_t written_before;

__attribute__((used)) static void vfork_begins(void) {
  if (!next_vfork) next_vfork = (pid_t (*)(void))next_symbol("vfork");
  written_before = ledger_cursor();
}

__attribute__((used)) static long vfork_ended(long child) {
  if (child > 0) {
    ledger_of_vfork_child(written_before, (int)child);
    if (process_after_vfork) process_after_vfork();
    return child;
  }
  errno = (int)-child;
  return -1;
}

/* The system call itself, as the C library makes it: the child must not return into a frame that its parent still needs,
 * so the return address is kept in a register. Where the processor keeps return addresses, too, the C library knows more. */
EXPORT pid_t vfork(void);
__asm__(
    ".text\n.globl vfork\n.type vfork, @function\nvfork:\n.cfi_startproc\n"
    "  sub $8, %rsp\n  .cfi_adjust_cfa_offset 8\n"
    "  call vfork_begins\n"
    "  add $8, %rsp\n  .cfi_adjust_cfa_offset -8\n"
    "  xor %edx, %edx\n"
    "  rdsspq %rdx\n"
    "  test %rdx, %rdx\n"
    "  jne 2f\n"
    "  mov in_vfork_child@gottpoff(%rip), %rdx\n"
    "  mov %fs:(%rdx), %esi\n" /* a child of a child */
    "  movl $1, %fs:(%rdx)\n"
    "  pop %rdi\n  .cfi_adjust_cfa_offset -8\n  .cfi_register %rip, %rdi\n"
    "  mov $58, %eax\n" /* SYS_vfork */
    "  syscall\n"
    "  push %rdi\n  .cfi_adjust_cfa_offset 8\n  .cfi_rel_offset %rip, 0\n"
    "  test %rax, %rax\n"
    "  je 1f\n"
    "  mov %esi, %fs:(%rdx)\n"
    "  mov %rax, %rdi\n"
    "  jmp vfork_ended\n"
    "1: ret\n"
    "2: jmp *next_vfork(%rip)\n"
    ".cfi_endproc\n.size vfork, . - vfork\n");
