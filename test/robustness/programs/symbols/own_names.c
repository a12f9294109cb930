/* A program with functions and variables of its own under the names of libc's. Nobody but the program may call them:
 * one that is called by anybody else says so and ends the program. What the program's own start files call is counted. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>

static int by_us;

static long kernel(long number, long a, long b, long c) {
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "0"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
  return result;
}

static void say(const char *text) {
  long length = 0;
  while (text[length]) length++;
  kernel(SYS_write, 1, (long)text, length);
}

static long own(const char *name) {
  if (by_us) return 7;
  say("somebody else called ");
  say(name);
  say("\n");
  kernel(SYS_exit_group, 3, 0, 0);
  return 0;
}

#define NAMES(X)                                                                                                        \
  X(on_exit) X(dl_iterate_phdr) X(__register_atfork) X(prctl) X(strlen) X(strnlen) X(strcmp) X(strncmp) X(strchr)       \
  X(strrchr) X(strstr) X(strcspn) X(memcpy) X(memmove) X(memset) X(memcmp) X(memchr) X(memmem) X(sigaction) X(signal)   \
  X(sigaltstack) X(sigprocmask) X(pthread_sigmask) X(abort) X(write) X(read) X(open) X(openat) X(close) X(fstat)        \
  X(mmap) X(munmap) X(mprotect) X(madvise) X(mincore) X(getpid) X(gettid) X(tgkill) X(nanosleep) X(clock_gettime)       \
  X(getenv) X(secure_getenv) X(getauxval) X(setrlimit) X(prlimit) X(fork) X(vfork) X(sysconf) X(getrlimit) X(rename)    \
  X(access) X(unlink) X(ftruncate) X(fallocate) X(dladdr) X(dlclose) X(dlerror) X(dl_find_object) X(__tls_get_addr)     \
  X(__errno_location)                                                                                                   \
  X(__cxa_atexit) X(at_quick_exit) X(sched_yield) X(pthread_self) X(pthread_once) X(pthread_key_create)                 \
  X(pthread_getspecific) X(pthread_mutex_lock) X(pthread_mutex_unlock) X(qsort) X(bsearch) X(syscall)

#define OWN(name) long own_##name(void) __asm__(#name); long own_##name(void) { return own(#name); }
NAMES(OWN)
static char starts[] = "start files called 0\n";
#define COUNTED(name) long start_##name(void) __asm__(#name); long start_##name(void) { starts[sizeof starts - 3]++; return 0; }
COUNTED(__cxa_finalize) COUNTED(__gmon_start__) COUNTED(_ITM_registerTMCloneTable) COUNTED(_ITM_deregisterTMCloneTable)
char own_environ[] __asm__("environ") = "no list of strings";
#define CALL(name) sum += own_##name();
#define ONE(name) + 1

/* Given back twice. Nothing notices: the mark that glibc would know it by is overwritten. */
__attribute__((noinline)) static void twice(void) {
  long *block = malloc(40);
  free(block);
  __asm__ volatile("" : "+r"(block)::"memory");
  block[1] = 0;
  free(block);
  __asm__ volatile("");
}

int main(int count, char **arguments) {
  long sum = 0;
  void *blocks[64];
  for (int i = 0; i < 64; i++) blocks[i] = malloc(i * 40 + 1);
  for (int i = 0; i < 64; i++) free(blocks[i]);
  if (count > 1) twice();
  by_us = 1;
  NAMES(CALL)
  by_us = 0;
  say(starts);
  say(sum == 7 * (0 NAMES(ONE)) ? "all are mine\n" : "some are not mine\n");
  return 0;
}
