/* Calls malloc and free from the very top of a stack that ends where the mapping ends, without unwind
 * information, with a frame pointer that points nowhere: whoever walks the stack must not fall off. */
#define _GNU_SOURCE
#include "../fault.h"
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>

/* void *call_on(void *stack, void *function, void *argument, uintptr_t frame_pointer) */
void *call_on(void *stack, void *function, void *argument, uintptr_t frame_pointer);
__asm__(".text\n"
        ".globl call_on\n.type call_on,@function\n"
        "call_on:\n"
        "  push %rbp\n  push %rbx\n"
        "  mov %rsp, %rbx\n" /* kept by the callee */
        "  mov %rdi, %rsp\n  mov %rsi, %rax\n  mov %rdx, %rdi\n  mov %rcx, %rbp\n"
        "  call *%rax\n"
        "  mov %rbx, %rsp\n"
        "  pop %rbx\n  pop %rbp\n"
        "  ret\n.size call_on,.-call_on\n");

int main(int argc, char **argv) {
  uintptr_t nowhere[] = {0, 1, 8, 0x10, 0xdeadbeef, UINTPTR_MAX, UINTPTR_MAX - 7, 0x8000000000000000, 0x7fffffffffffULL};
  for (int i = 0; i < 100; i++) {
    char *room = mmap(NULL, 3 * 65536, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *stack = room + 65536;
    mprotect(stack, 65536, PROT_READ | PROT_WRITE);
    uintptr_t frame = i < 9 ? nowhere[i] : (uintptr_t)stack + 65536 - 8 * (i % 9);
    char *block = call_on(stack + 65536, malloc, (void *)(uintptr_t)(i + 1), frame);
    *block = 1;
    if (i == 50 && asked(argc, argv, "fault")) {
      call_on(stack + 65536, give_back, block, frame);
    } else {
      call_on(stack + 65536, free, block, frame);
    }
    munmap(room, 3 * 65536);
  }
  puts("done");
}
