/* Half a million call sites of malloc and free, in code written at run time: more than anybody keeps. */
#define _GNU_SOURCE
#include "../fault.h"
#include "../rss.h"
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>

enum { SITES = 500000, BYTES = 24 };

/* push rbp; mov rax, function; call rax; pop rbp; ret */
static void write_call(unsigned char *at, void *function) {
  *at++ = 0x55;
  *at++ = 0x48, *at++ = 0xb8, memcpy(at, &function, 8), at += 8;
  *at++ = 0xff, *at++ = 0xd0;
  *at++ = 0x5d;
  *at++ = 0xc3;
}

int main(int argc, char **argv) {
  unsigned char *code = mmap(NULL, 2L * SITES * BYTES, PROT_READ | PROT_WRITE | PROT_EXEC,
                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  static void *kept[64];
  for (long i = 0; i < SITES; i++) {
    write_call(code + 2 * i * BYTES, (void *)malloc);
    write_call(code + (2 * i + 1) * BYTES, (void *)free);
  }
  for (long i = 0; i < SITES; i++) {
    void **place = &kept[i * 7 % 64];
    ((void (*)(void *))(code + (2 * i + 1) * BYTES))(*place);
    *place = ((void *(*)(size_t))(code + 2 * i * BYTES))(i % 300);
  }
  if (asked(argc, argv, "fault")) cross_free();
  puts("done");
  report_rss();
}
