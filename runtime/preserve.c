#include "preserve.h"

#include <cpuid.h>

#include "hook.h"
#include "intercept.h"

/* Bytes that xsave needs; 0: the machine has none. Read by the assembly below. */
__attribute__((used)) static uint64_t vector_state_size;

static THREAD_LOCAL struct call_place given;

void preserve_start(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE)) return;
  if (__get_cpuid_count(0xd, 0, &a, &b, &c, &d)) vector_state_size = b;
}

struct call_place preserved_place(struct call_place here) {
  if (!given.return_address) return here;
  struct call_place place = given;
  given.return_address = 0;
  return place;
}

/* As the assembly pushes them. */
struct saved {
  uintptr_t rax, r11, r10, r9, r8, rcx, rdx, rsi, rdi;
};

__attribute__((used)) static uintptr_t preserve_call(const struct saved *saved, const uintptr_t *return_address,
                                                     const struct hook *hook) {
  uintptr_t arguments[6] = {saved->rdi, saved->rsi, saved->rdx, saved->rcx, saved->r8, saved->r9};
  arguments[hook->argument] = (uintptr_t)hook;
  given = (struct call_place){.return_address = *return_address, .stack = (uintptr_t)(return_address + 1)};
  typedef uintptr_t (*wrapper)(uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t);
  uintptr_t result =
      ((wrapper)hook->wrapper)(arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
  return functions[hook->function].has_result ? result : saved->rax;
}

/* 0xe7: x87, SSE, AVX and AVX-512 state. The header behind the legacy area must start as zero. */
__asm__(
    ".text\n"
    ".type preserve_entry, @function\n"
    ".globl preserve_entry\n"
    ".hidden preserve_entry\n"
    "preserve_entry:\n"
    ".cfi_startproc\n"
    "  .cfi_def_cfa_offset 16\n" /* the island pushed the hook */
    "  push %rbp\n"
    "  .cfi_def_cfa_offset 24\n"
    "  .cfi_offset %rbp, -24\n"
    "  mov %rsp, %rbp\n"
    "  .cfi_def_cfa_register %rbp\n"
    "  push %rdi\n  push %rsi\n  push %rdx\n  push %rcx\n  push %r8\n  push %r9\n  push %r10\n  push %r11\n  push %rax\n"
    "  sub vector_state_size(%rip), %rsp\n"
    "  and $-64, %rsp\n"
    "  cmpq $0, vector_state_size(%rip)\n"
    "  je 1f\n"
    "  xor %eax, %eax\n"
    "  mov %rax, 512(%rsp)\n  mov %rax, 520(%rsp)\n  mov %rax, 528(%rsp)\n  mov %rax, 536(%rsp)\n"
    "  mov %rax, 544(%rsp)\n  mov %rax, 552(%rsp)\n  mov %rax, 560(%rsp)\n  mov %rax, 568(%rsp)\n"
    "  mov $0xe7, %eax\n"
    "  xor %edx, %edx\n"
    "  xsave64 (%rsp)\n"
    "1:\n"
    "  lea -72(%rbp), %rdi\n"
    "  lea 16(%rbp), %rsi\n"
    "  mov 8(%rbp), %rdx\n"
    "  call preserve_call\n"
    "  cmpq $0, vector_state_size(%rip)\n"
    "  je 2f\n"
    "  mov %rax, %rcx\n"
    "  mov $0xe7, %eax\n"
    "  xor %edx, %edx\n"
    "  xrstor64 (%rsp)\n"
    "  mov %rcx, %rax\n"
    "2:\n"
    "  lea -64(%rbp), %rsp\n"
    "  pop %r11\n  pop %r10\n  pop %r9\n  pop %r8\n  pop %rcx\n  pop %rdx\n  pop %rsi\n  pop %rdi\n"
    "  pop %rbp\n"
    "  .cfi_def_cfa %rsp, 16\n"
    "  lea 8(%rsp), %rsp\n"
    "  .cfi_def_cfa_offset 8\n"
    "  ret\n"
    ".cfi_endproc\n"
    ".size preserve_entry, . - preserve_entry\n");
