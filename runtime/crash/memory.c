/* Reads memory that may not be there: the kernel copies, and refuses. */
#include <errno.h>
#include <string.h>
#include <sys/uio.h>

#include "../system.h"
#include "crash.h"

#define PAGE ((uintptr_t)4096)

/* Where process_vm_readv is forbidden: a call that reads eight bytes before it finds its first argument wrong. */
static bool readable(uintptr_t address) {
  return system_call6(SYS_rt_sigprocmask, -1, (long)(address & ~(uintptr_t)7), 0, 8, 0, 0) != -EFAULT;
}

static bool copy_piece(uintptr_t from, void *to, size_t size) {
  struct iovec here = {to, size}, there = {(void *)from, size};
  long got = system_call6(SYS_process_vm_readv, system_pid(), (long)&here, 1, (long)&there, 1, 0);
  if (got == (long)size) return true;
  if (got != -EPERM && got != -ENOSYS) return false;
  if (!readable(from) || !readable(from + size - 1)) return false;
  memcpy(to, (const void *)from, size);
  return true;
}

bool memory_copy(uintptr_t from, void *to, size_t size) {
  if (from >= ADDRESS_LIMIT || size > ADDRESS_LIMIT - from) return false;
  for (char *out = to; size;) {
    size_t piece = PAGE - from % PAGE < size ? PAGE - from % PAGE : size;
    if (!copy_piece(from, out, piece)) return false;
    from += piece;
    out += piece;
    size -= piece;
  }
  return true;
}
