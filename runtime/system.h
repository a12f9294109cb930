/* System calls without libc: they touch no errno, and no program can interpose them. */
#ifndef CROSSFREE_SYSTEM_H
#define CROSSFREE_SYSTEM_H

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

static inline long system_call6(long number, long a, long b, long c, long d, long e, long f) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

#define system_call(number, a, b, c) system_call6(number, (long)(a), (long)(b), (long)(c), 0, 0, 0)

/* Anonymous private memory, or NULL. */
static inline void *system_map_at(void *hint, size_t size, int protection, int flags) {
  long result = system_call6(SYS_mmap, (long)hint, (long)size, protection, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
  return result < 0 && result > -4096 ? NULL : (void *)result;
}

static inline void *system_map(size_t size) {
  return system_map_at(NULL, size, PROT_READ | PROT_WRITE, MAP_NORESERVE);
}

static inline void *system_map_file(int fd, size_t size, int protection, int flags) {
  long result = system_call6(SYS_mmap, 0, (long)size, protection, flags, fd, 0);
  return result < 0 && result > -4096 ? NULL : (void *)result;
}

static inline void system_unmap(void *address, size_t size) { system_call(SYS_munmap, address, size, 0); }
static inline int system_protect(void *address, size_t size, int protection) {
  return (int)system_call(SYS_mprotect, address, size, protection);
}
static inline int system_advise(void *address, size_t size, int advice) {
  return (int)system_call(SYS_madvise, address, size, advice);
}
static inline int system_open(const char *path, int flags, int mode) {
  return (int)system_call6(SYS_openat, AT_FDCWD, (long)path, flags | O_CLOEXEC, mode, 0, 0);
}
static inline long system_read(int fd, void *buffer, size_t size) { return system_call(SYS_read, fd, buffer, size); }
static inline void system_close(int fd) { system_call(SYS_close, fd, 0, 0); }
static inline int system_pid(void) { return (int)system_call(SYS_getpid, 0, 0, 0); }
static inline int system_parent_pid(void) { return (int)system_call(SYS_getppid, 0, 0, 0); }
static inline int system_tid(void) { return (int)system_call(SYS_gettid, 0, 0, 0); }

static inline uint64_t system_clock_ns(void) {
  struct timespec now = {0, 0};
  system_call(SYS_clock_gettime, CLOCK_MONOTONIC, &now, 0);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

#endif
