// Shuts itself into a sandbox in one of four ways, then uses every function that allocates or releases, in several
// threads that begin there. The kernel kills it for any call but those that the C library makes for that.
#include "../fault.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <new>

#define ALLOW(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static long inline_call(long number, long a, long b, long c) {
  long result;
  register long d __asm__("r10") = 0, e __asm__("r8") = 0;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(d), "r"(e) : "rcx", "r11", "memory");
  return result;
}

static bool enter(const char *way) {
  static struct sock_filter rules[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      ALLOW(SYS_write), ALLOW(SYS_brk), ALLOW(SYS_mmap), ALLOW(SYS_munmap), ALLOW(SYS_mremap), ALLOW(SYS_mprotect),
      ALLOW(SYS_madvise), ALLOW(SYS_futex), ALLOW(SYS_clone), ALLOW(SYS_clone3), ALLOW(SYS_set_robust_list), ALLOW(SYS_rseq),
      ALLOW(SYS_rt_sigprocmask), ALLOW(SYS_rt_sigaction), ALLOW(SYS_sched_getaffinity), ALLOW(SYS_exit), ALLOW(SYS_exit_group),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
  };
  static struct sock_fprog program = {sizeof rules / sizeof *rules, rules};
  if (strcmp(way, "prctl") == 0)
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
  if (strcmp(way, "seccomp") == 0)
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
  if (strcmp(way, "syscall") == 0)
    return syscall(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
  return inline_call(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0) == 0 &&
         inline_call(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, (long)&program) == 0;
}

static void *volatile sink;
static void *kept(void *block) { return sink = block; }

static __attribute__((noinline)) void deep(int levels) {
  volatile char frame[64];
  frame[0] = (char)levels;
  if (levels > 0) deep(levels - 1);
  else free(kept(malloc(frame[0] + 17)));
  frame[1] = 1;
}

/* Every function, at sizes for each of an allocator's ways. */
static void every_entry(size_t size) {
  void *block = NULL;
  free(kept(malloc(size)));
  free(kept(calloc(size / 8 + 1, 8)));
  free(kept(realloc(kept(malloc(size)), size * 2 + 1)));
  free(kept(reallocarray(NULL, size / 8 + 1, 8)));
  if (posix_memalign(&block, 64, size) == 0) free(kept(block));
  free(kept(memalign(128, size)));
  free(kept(aligned_alloc(64, (size + 63) / 64 * 64)));
  free(kept(valloc(size)));
  free(kept(pvalloc(size)));
  free(kept(strdup("a text")));
  ::operator delete(kept(::operator new(size)));
  ::operator delete(kept(::operator new(size)), size);
  ::operator delete(kept(::operator new(size, std::nothrow)), std::nothrow);
  ::operator delete(kept(::operator new(size, std::align_val_t(64))), std::align_val_t(64));
  ::operator delete[](kept(::operator new[](size)));
  ::operator delete[](kept(::operator new[](size)), size);
  ::operator delete[](kept(::operator new[](size, std::align_val_t(64))), size, std::align_val_t(64));
}

static void *work(void *) {
  static void *volatile blocks[4][3000];
  static int threads;
  void *volatile *mine = blocks[__atomic_fetch_add(&threads, 1, __ATOMIC_RELAXED) % 4];
  for (size_t size = 1; size < 3000000; size = size * 3 + 1) every_entry(size);
  for (int i = 0; i < 3000; i++) mine[i] = malloc((size_t)i * 23 % 9000);
  for (int i = 0; i < 3000; i++) free(mine[i]);
  for (int levels = 0; levels < 100; levels++) deep(levels);
  return NULL;
}

static __attribute__((noinline)) void cross_release() { ::operator delete(kept(malloc(40))); }
static __attribute__((noinline)) void double_release() {
  void *block = kept(malloc(50));
  free(block);
  free(block);
}
static __attribute__((noinline)) void inner_release() { free((char *)kept(malloc(60)) + 16); }
static __attribute__((noinline)) void stack_release() {
  char local[64];
  free(kept(local + 16));
}
static __attribute__((noinline)) void static_release() {
  static char data[64];
  free(kept(data + 16));
}
static __attribute__((noinline)) void sized_release() { ::operator delete(kept(::operator new(70)), 71); }
static __attribute__((noinline)) void foreign_realloc() { free(realloc(kept(::operator new(80)), 90)); }

static void *faults(void *) {
  cross_release();
  double_release();
  inner_release();
  stack_release();
  static_release();
  sized_release();
  foreign_realloc();
  return NULL;
}

static void in_threads(void *(*routine)(void *)) {
  pthread_t threads[3];
  for (pthread_t &thread : threads)
    if (pthread_create(&thread, NULL, routine, NULL) != 0) _exit(3);
  routine(NULL);
  for (pthread_t thread : threads) pthread_join(thread, NULL);
}

int main(int argc, char **argv) {
  const char *way = argv[1];
  if (strcmp(way, "none") != 0 && !enter(way)) return 2;
  in_threads(work);
  if (asked(argc, argv, "faults")) in_threads(faults);
  static const char said[] = "all done\n";
  if (write(1, said, sizeof said - 1) < 0) return 4;
  if (asked(argc, argv, "null")) *(volatile int *)8 = 1;
  if (asked(argc, argv, "trap")) __builtin_trap();
  if (asked(argc, argv, "extra")) getppid(); /* the filter is there */
  _exit(0);
}
