/* Odd ways to get at a function: dlopen with RTLD_DEEPBIND, and dlsym on a handle. */
#include <dlfcn.h>
#include <errno.h>
#include <string.h>

#include "common.h"
#include "fast.h"
#include "intercept.h"
#include "ledger.h"
#include "loader.h"
#include "modules.h"
#include "ownership.h"
#include "process.h"

/* Up to 2.33 libpthread's constructor takes the first place, and others may run before ours: they ask here first. */
void *first_dlopen(const char *file, int flags);
void *first_dlsym(void *handle, const char *name);

/* Read by the assembly below. */
__attribute__((used)) static void *(*next_dlopen)(const char *, int) = first_dlopen;
__attribute__((used)) static void *(*next_dlsym)(void *, const char *) = first_dlsym;

static void no_module(struct module *module) { (void)module; }

__attribute__((used)) static void find_loading(void) {
  int error = errno;
  if (!modules_count()) modules_refresh(no_module, no_module);
  loading_start();
  errno = error;
}

__attribute__((used)) static void note_dlopen(int flags) {
  loader_look();
  if (!(flags & RTLD_DEEPBIND) || c_is_bypassed) return;
  int error = errno;
  c_is_bypassed = true;
  fast.c = fast.cxx = CAREFUL;
  ledger_gap(GAP_DEEPBIND, 0, "");
  errno = error;
}

/* Whoever asks libc itself for free gets ours, which ends there. */
__attribute__((used)) static void *dlsym_on_handle(void *handle, const char *name) {
  loader_look();
  void *found = next_dlsym(handle, name);
  return found && name ? intercept_instead(name, found) : found;
}

/* Tail calls: the loader takes the caller, and with it RUNPATH and RTLD_NEXT, from the return address. */
EXPORT void *dlopen(const char *file, int flags);
EXPORT void *dlsym(void *handle, const char *name);
__asm__(
    ".text\n.globl dlopen\n.type dlopen, @function\ndlopen:\n.cfi_startproc\n"
    "  push %rdi\n  .cfi_adjust_cfa_offset 8\n"
    "  push %rsi\n  .cfi_adjust_cfa_offset 8\n"
    "  sub $8, %rsp\n  .cfi_adjust_cfa_offset 8\n"
    "  mov %esi, %edi\n"
    "  call note_dlopen\n"
    "  add $8, %rsp\n  .cfi_adjust_cfa_offset -8\n"
    "  pop %rsi\n  .cfi_adjust_cfa_offset -8\n"
    "  pop %rdi\n  .cfi_adjust_cfa_offset -8\n"
    "  jmp *next_dlopen(%rip)\n"
    ".cfi_endproc\n.size dlopen, . - dlopen\n"
    ".globl dlsym\n.type dlsym, @function\ndlsym:\n.cfi_startproc\n"
    "  lea 1(%rdi), %rax\n" /* RTLD_NEXT is -1, RTLD_DEFAULT 0 */
    "  cmp $1, %rax\n"
    "  ja dlsym_on_handle\n"
    "  jmp *next_dlsym(%rip)\n"
    ".cfi_endproc\n.size dlsym, . - dlsym\n");

#define FIRST(name)                                                                        \
  __asm__(".local first_" #name "\n.type first_" #name ", @function\nfirst_" #name ":\n.cfi_startproc\n" \
          "  push %rdi\n  .cfi_adjust_cfa_offset 8\n"                                      \
          "  push %rsi\n  .cfi_adjust_cfa_offset 8\n"                                      \
          "  sub $8, %rsp\n  .cfi_adjust_cfa_offset 8\n"                                   \
          "  call find_loading\n"                                                          \
          "  add $8, %rsp\n  .cfi_adjust_cfa_offset -8\n"                                  \
          "  pop %rsi\n  .cfi_adjust_cfa_offset -8\n"                                      \
          "  pop %rdi\n  .cfi_adjust_cfa_offset -8\n"                                      \
          "  jmp *next_" #name "(%rip)\n"                                                  \
          ".cfi_endproc\n.size first_" #name ", . - first_" #name "\n")

FIRST(dlopen);
FIRST(dlsym);

void loading_start(void) {
  next_dlopen = (void *(*)(const char *, int))next_symbol("dlopen");
  next_dlsym = (void *(*)(void *, const char *))next_symbol("dlsym");
}
