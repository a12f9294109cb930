/* The registers that a callee must keep, the direction flag, MXCSR, the x87 control word and a stack of
 * x87 values, over malloc and free and their first calls, which are the ones that are looked at closely. */
#include "../fault.h"
#include <stdint.h>
#include <stdio.h>

/* Fills rbx, rbp, r12..r15, calls, and returns how many of them changed. */
long call_with_registers(void *function, void *argument, void **result);
__asm__(".text\n.globl call_with_registers\n.type call_with_registers,@function\n"
        "call_with_registers:\n"
        "  push %rbx\n  push %rbp\n  push %r12\n  push %r13\n  push %r14\n  push %r15\n  push %rdx\n"
        "  mov %rdi, %rax\n  mov %rsi, %rdi\n"
        "  mov $0x1111111111111111, %rbx\n  mov $0x2222222222222222, %rbp\n  mov $0x3333333333333333, %r12\n"
        "  mov $0x4444444444444444, %r13\n  mov $0x5555555555555555, %r14\n  mov $0x6666666666666666, %r15\n"
        "  call *%rax\n"
        "  pop %rdx\n  mov %rax, (%rdx)\n  xor %eax, %eax\n"
        "  mov $0x1111111111111111, %rcx\n  cmp %rcx, %rbx\n  setne %cl\n  movzx %cl, %ecx\n  add %rcx, %rax\n"
        "  mov $0x2222222222222222, %rcx\n  cmp %rcx, %rbp\n  setne %cl\n  movzx %cl, %ecx\n  add %rcx, %rax\n"
        "  mov $0x3333333333333333, %rcx\n  cmp %rcx, %r12\n  setne %cl\n  movzx %cl, %ecx\n  add %rcx, %rax\n"
        "  mov $0x4444444444444444, %rcx\n  cmp %rcx, %r13\n  setne %cl\n  movzx %cl, %ecx\n  add %rcx, %rax\n"
        "  mov $0x5555555555555555, %rcx\n  cmp %rcx, %r14\n  setne %cl\n  movzx %cl, %ecx\n  add %rcx, %rax\n"
        "  mov $0x6666666666666666, %rcx\n  cmp %rcx, %r15\n  setne %cl\n  movzx %cl, %ecx\n  add %rcx, %rax\n"
        "  pop %r15\n  pop %r14\n  pop %r13\n  pop %r12\n  pop %rbp\n  pop %rbx\n  ret\n"
        ".size call_with_registers,.-call_with_registers\n");

int main(int argc, char **argv) {
  uint32_t rounding_down = 0x3f80, now;
  uint16_t control = 0x0f7f, control_now;
  __asm__ volatile("ldmxcsr %0" ::"m"(rounding_down));
  __asm__ volatile("fldcw %0" ::"m"(control));
  long changed = 0;
  for (int i = 0; i < 100; i++) {
    void *block, *none;
    changed += call_with_registers(malloc, (void *)(long)(i * 10), &block);
    if (asked(argc, argv, "fault")) changed += call_with_registers(give_back, block, &none);
    else changed += call_with_registers(free, block, &none);
  }
  __asm__ volatile("stmxcsr %0" : "=m"(now));
  __asm__ volatile("fnstcw %0" : "=m"(control_now));
  printf("%ld changed, mxcsr %x, x87 %x\n", changed, now, control_now);
}
