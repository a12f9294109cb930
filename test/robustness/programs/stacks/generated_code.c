/* Code written at run time, as by a JIT: calls malloc and free without unwind information or symbols. Then
 * the code is unmapped and other code takes its place. */
#define _GNU_SOURCE
#include "../fault.h"
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>

/* push rbp; mov rbp, junk; mov rax, function; call rax; pop rbp; ret  (rsp is aligned at the call) */
static size_t write_call(unsigned char *code, void *function, uintptr_t junk) {
  unsigned char *at = code;
  *at++ = 0x55;
  *at++ = 0x48, *at++ = 0xbd, memcpy(at, &junk, 8), at += 8;
  *at++ = 0x48, *at++ = 0xb8, memcpy(at, &function, 8), at += 8;
  *at++ = 0xff, *at++ = 0xd0;
  *at++ = 0x5d;
  *at++ = 0xc3;
  return at - code;
}

int main(int argc, char **argv) {
  for (int i = 0; i < 50; i++) {
    unsigned char *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    size_t second = write_call(code, (void *)malloc, i * 0x123456789);
    write_call(code + second, i == 49 && asked(argc, argv, "fault") ? (void *)give_back : (void *)free, 0x41414141);
    for (size_t size = 1; size < 100; size++) {
      char *block = ((char *(*)(size_t))code)(size);
      *block = 1;
      ((void (*)(void *))(code + second))(block);
    }
    munmap(code, 4096);
  }
  puts("done");
}
