/* measure SECONDS [NAME=VALUE…] -- PROGRAM [ARGS…]
 *
 * Runs one program and writes one line to descriptor 3:
 *   status user_us system_us wall_us peak_kb
 * status is the exit code, or 128+n after signal n, or -1 after SECONDS. The times are
 * those of the program and of every descendant that was waited for (wait4); the peak is
 * that of the largest process among them. A process this small must do the spawning:
 * peak RSS is kept across exec, so a child of Node itself would start at Node's size. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pid_t child;
static volatile sig_atomic_t timed_out;

static void give_up(int signal) {
  (void)signal;
  timed_out = 1;
  kill(child, SIGKILL);
}

static long long microseconds(struct timeval t) { return t.tv_sec * 1000000LL + t.tv_usec; }

static long long now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

int main(int argc, char **argv) {
  int at = 2;
  while (at < argc && strcmp(argv[at], "--") != 0) at++;
  if (argc < 4 || at + 1 >= argc) {
    fprintf(stderr, "usage: measure SECONDS [NAME=VALUE...] -- PROGRAM [ARGS...]\n");
    return 2;
  }
  long long started = now_us();
  child = fork();
  if (child < 0) {
    perror("measure: fork");
    return 1;
  }
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(3);
    for (int i = 2; i < at; i++) putenv(argv[i]);
    execvp(argv[at + 1], argv + at + 1);
    fprintf(stderr, "measure: %s: %s\n", argv[at + 1], strerror(errno));
    _exit(127);
  }
  struct sigaction action = {.sa_handler = give_up, .sa_flags = SA_RESTART};
  sigaction(SIGALRM, &action, NULL);
  alarm((unsigned)atoi(argv[1]));
  int status;
  struct rusage usage;
  if (wait4(child, &status, 0, &usage) < 0) {
    perror("measure: wait4");
    return 1;
  }
  long long wall = now_us() - started;
  int code = timed_out ? -1 : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  dprintf(3, "%d %lld %lld %lld %ld\n", code, microseconds(usage.ru_utime), microseconds(usage.ru_stime), wall, usage.ru_maxrss);
  return 0;
}
