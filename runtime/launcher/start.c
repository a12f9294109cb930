#include "start.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* A kernel or a sandbox may refuse: then they differ from run to run as always. */
static int keep_addresses(void) {
  int current = personality(0xffffffff);
  return current != -1 && personality((unsigned long)current | ADDR_NO_RANDOMIZE) != -1;
}

/* Shares our memory until it has become the program: system calls only. */
static void become(struct order *order, const int standard[3], struct started *started) {
  setsid();
  /* should we be killed, it must not stay behind */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (!(order->job.flags & JOB_CORE)) setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
  if (order->job.cpu_seconds > 0)
    setrlimit(RLIMIT_CPU, &(struct rlimit){order->job.cpu_seconds, order->job.cpu_seconds + 1});
  started->same_addresses = order->job.flags & JOB_SAME_ADDRESSES && keep_addresses();
  sigset_t none;
  sigemptyset(&none);
  signal(SIGPIPE, SIG_DFL);
  sigprocmask(SIG_SETMASK, &none, NULL);
  started->kind = REPORT_NO_DIRECTORY;
  if (chdir(order->directory) == 0) {
    started->kind = REPORT_NO_PROGRAM;
    for (int number = 0; number < 3; number++) dup2(standard[number], number);
    execve(order->executable, order->arguments, order->environment);
    if (errno == ENOEXEC) { /* a script without a first line that says so: as a shell does */
      char **shell = order->arguments - 1;
      shell[0] = "/bin/sh";
      shell[1] = (char *)order->executable;
      execve(shell[0], shell, order->environment);
      errno = ENOEXEC;
    }
  }
  started->error = errno;
  _exit(127);
}

pid_t start_program(struct order *order, int output, int error, struct started *started) {
  int input = open(order->input[0] ? order->input : "/dev/null", O_RDONLY | O_CLOEXEC);
  *started = (struct started){.kind = REPORT_NO_INPUT, .error = errno};
  if (input < 0) return -1;
  const int standard[3] = {input, output, error};
  *started = (struct started){.kind = REPORT_NO_PROCESS};
  pid_t pid = vfork();
  if (pid == 0) become(order, standard, started);
  if (pid < 0) started->error = errno;
  close(input);
  return started->error == 0 ? pid : -1;
}
