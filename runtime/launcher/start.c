#include "start.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* Shares our memory until it has become the program: system calls only. */
static void become(struct order *order, const int standard[3], volatile int *kind, volatile int *error) {
  setsid();
  /* should we be killed, it must not stay behind */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (!(order->job.flags & JOB_CORE)) setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
  if (order->job.cpu_seconds > 0)
    setrlimit(RLIMIT_CPU, &(struct rlimit){order->job.cpu_seconds, order->job.cpu_seconds + 1});
  sigset_t none;
  sigemptyset(&none);
  signal(SIGPIPE, SIG_DFL);
  sigprocmask(SIG_SETMASK, &none, NULL);
  *kind = REPORT_NO_DIRECTORY;
  if (chdir(order->directory) == 0) {
    *kind = REPORT_NO_PROGRAM;
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
  *error = errno;
  _exit(127);
}

pid_t start_program(struct order *order, int output, int error, enum report_kind *kind) {
  int input = open(order->input[0] ? order->input : "/dev/null", O_RDONLY | O_CLOEXEC);
  if (input < 0) {
    *kind = REPORT_NO_INPUT;
    return -1;
  }
  const int standard[3] = {input, output, error};
  volatile int failed = 0, where = REPORT_NO_PROCESS;
  pid_t pid = vfork();
  if (pid == 0) become(order, standard, &where, &failed);
  int reason = pid < 0 ? errno : failed;
  close(input);
  if (reason == 0) return pid;
  *kind = (enum report_kind)where;
  errno = reason;
  return -1;
}
