/* Every way in which a signal ends a process, each in a child: prints what its parent learns. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int zero;
static void read_null(void) { (void)*(volatile int *)8; }
static void write_null(void) { *(volatile int *)8 = 1; }
static void call_null(void) { ((void (*volatile)(void))16)(); }
static void noncanonical(void) { (void)*(volatile int *)0x8000000000000000ull; }
static void read_only(void) { *(volatile char *)"text" = 1; }
static void illegal(void) { __asm__ volatile("ud2"); }
static void breakpoint(void) { __asm__ volatile("int3"); }
static void divide(void) { zero = 100 / zero; }
static void beyond_file(void) {
  char name[] = "/tmp/endsXXXXXX";
  int file = mkstemp(name);
  unlink(name);
  if (ftruncate(file, 4096)) return;
  volatile char *map = mmap(NULL, 8192, PROT_READ, MAP_SHARED, file, 0);
  (void)map[4096];
}
static void aborts(void) { abort(); }
static void raises(void) { raise(SIGSEGV); }
static void traps(void) { raise(SIGTRAP); }
static void bad_system_call(void) { raise(SIGSYS); }
static void kills_itself(void) { kill(getpid(), SIGBUS); }
static void queues(void) { sigqueue(getpid(), SIGFPE, (union sigval){.sival_int = 7}); }
static __attribute__((noinline)) int deeper(volatile char *before) {
  volatile char frame[4000];
  frame[0] = before ? before[0] : 0;
  return deeper(frame) + frame[1];
}
static void overflow(void) { deeper(NULL); }
static void *overflow_thread(void *nothing) {
  deeper(NULL);
  return nothing;
}
static void thread_overflow(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, overflow_thread, NULL);
  pthread_join(thread, NULL);
}
static void back_to_default(int number) {
  signal(number, SIG_DFL);
  raise(number);
}
static void handler_raises(void) {
  signal(SIGSEGV, back_to_default);
  read_null();
}
static void set_default(int number) { signal(number, SIG_DFL); }
static void handler_returns(void) {
  signal(SIGSEGV, set_default);
  read_null();
}
static void just_returns(int number) { (void)number; }
static void once_only(void) {
  struct sigaction action = {.sa_handler = just_returns, .sa_flags = SA_RESETHAND};
  sigaction(SIGSEGV, &action, NULL);
  read_null();
}
static void blocked(void) {
  sigset_t set;
  sigfillset(&set);
  sigprocmask(SIG_BLOCK, &set, NULL);
  read_null();
}
static void blocked_abort(void) {
  sigset_t set;
  sigfillset(&set);
  sigprocmask(SIG_BLOCK, &set, NULL);
  abort();
}
static void ignored(void) {
  signal(SIGSEGV, SIG_IGN);
  read_null();
}
static void ignored_abort(void) {
  signal(SIGABRT, SIG_IGN);
  abort();
}
static void abort_handled(void) {
  signal(SIGABRT, just_returns);
  abort();
}
static void *many(void *gate) {
  pthread_barrier_wait(gate);
  read_null();
  return NULL;
}
static void all_at_once(void) {
  pthread_barrier_t gate;
  pthread_t thread;
  pthread_barrier_init(&gate, NULL, 8);
  for (int i = 0; i < 8; i++) pthread_create(&thread, NULL, many, &gate);
  pause();
}
static void *waits(void *nothing) {
  pause();
  return nothing;
}
static void kills_thread(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, waits, NULL);
  pthread_kill(thread, SIGILL);
  pause();
}
static void by_vfork(void) {
  pid_t child = vfork();
  if (child == 0) {
    read_null();
    _exit(3);
  }
  int status;
  waitpid(child, &status, 0);
  printf("  vfork's child: %d, the parent goes on", WTERMSIG(status));
  fflush(stdout);
  read_null();
}
static void broken_stack(void) { __asm__ volatile("mov $0x10, %rsp\n\tpush %rax"); }
static void own_small_stack(void) {
  static char stack[8192];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternate, NULL);
  read_null();
}
static void no_core(void) {
  struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  read_null();
}
static void corrupt_heap(void) {
  static char *volatile block;
  block = malloc(40);
  memset(block + 40, 0xff, 16);
  free(block);
  for (int i = 0; i < 100; i++) free(malloc(5000)), block = malloc(40);
  abort();
}

static const struct { const char *name; void (*act)(void); } ways[] = {
#define WAY(name) {#name, name}
    WAY(read_null), WAY(write_null), WAY(call_null), WAY(noncanonical), WAY(read_only), WAY(illegal), WAY(breakpoint),
    WAY(divide), WAY(beyond_file), WAY(aborts), WAY(raises), WAY(traps), WAY(bad_system_call), WAY(kills_itself),
    WAY(queues), WAY(overflow), WAY(thread_overflow), WAY(handler_raises), WAY(handler_returns), WAY(once_only),
    WAY(blocked), WAY(blocked_abort), WAY(ignored), WAY(ignored_abort), WAY(abort_handled), WAY(all_at_once),
    WAY(kills_thread), WAY(by_vfork), WAY(broken_stack), WAY(own_small_stack), WAY(no_core), WAY(corrupt_heap),
};

/* With cores where they land here and can be taken away again: whether one is written is part of the end. */
static void allow_cores(void) {
  char pattern[128] = "";
  int file = open("/proc/sys/kernel/core_pattern", O_RDONLY);
  if (file < 0 || read(file, pattern, sizeof pattern - 1) < 0 || strcmp(pattern, "core\n") != 0) return;
  struct rlimit limit;
  getrlimit(RLIMIT_CORE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_CORE, &limit);
}

int main(int count, char **words) {
  setvbuf(stdout, NULL, _IONBF, 0);
  allow_cores();
  char folder[] = "/tmp/endsXXXXXX";
  if (!mkdtemp(folder) || chdir(folder)) return 2; /* where a core would land */
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    if (count > 1 && strcmp(words[1], ways[i].name) != 0) continue;
    pid_t child = fork();
    if (child == 0) {
      alarm(20);
      ways[i].act();
      _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    printf("%s: signal %d, core %d, code %d\n", ways[i].name, WIFSIGNALED(status) ? WTERMSIG(status) : 0,
           WIFSIGNALED(status) && WCOREDUMP(status) != 0, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    if (count > 1) break;
  }
  system("rm -f core core.*"); /* with its process id in a container */
  if (chdir("/") || rmdir(folder)) return 3;
  return 0;
}
