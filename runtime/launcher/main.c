/* crossfree-launch: starts programs for crossfree, one at a time, keeps each within its limits, and leaves
 * nothing of it behind. Jobs come on standard input, reports go to standard output (protocol.h). It ends
 * when either is closed, or by a signal, and takes what runs along.
 *
 *   crossfree-launch            serves
 *   crossfree-launch --layout   writes the protocol's layout as JSON, for the tests of the other side
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "job.h"
#include "layout.h"

static int complain(const char *what) {
  fprintf(stderr, "crossfree-launch: %s\n", what);
  return 2;
}

/* Our own ends move out of the way: 0 and 1 are to be the programs'. */
static bool take_channels(struct surroundings *around) {
  around->channel = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
  around->reports = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  return around->channel >= 0 && around->reports >= 0 && nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 &&
         dup2(nothing, STDOUT_FILENO) >= 0 && close(nothing) == 0;
}

static int take_signals(void) {
  const int taken[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP};
  sigset_t set;
  sigemptyset(&set);
  for (size_t index = 0; index < sizeof taken / sizeof *taken; index++) sigaddset(&set, taken[index]);
  signal(SIGPIPE, SIG_IGN); /* told by the write itself */
  signal(SIGCHLD, SIG_DFL);
  if (sigprocmask(SIG_BLOCK, &set, NULL) < 0) return -1;
  return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* Waits for a job between two of them; false: we are told to end. */
static bool idle(const struct surroundings *around) {
  for (;;) {
    struct pollfd polled[2] = {{.fd = around->channel, .events = POLLIN}, {.fd = around->signals, .events = POLLIN}};
    if (poll(polled, 2, -1) < 0 && errno != EINTR) return false;
    struct signalfd_siginfo info;
    while (polled[1].revents && read(around->signals, &info, sizeof info) == sizeof info)
      if (info.ssi_signo != SIGCHLD) return false; /* those are of the last job, reaped already */
    if (polled[0].revents) return true;
  }
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "--layout") == 0) return print_layout();
  if (argc != 1) return complain("expected no argument: jobs come on standard input");
  /* whatever else whoever started us has open is no program's business */
  syscall(SYS_close_range, STDERR_FILENO + 1, ~0u, 0);
  struct surroundings around;
  if (!take_channels(&around)) return complain(strerror(errno));
  around.signals = take_signals();
  if (around.signals < 0) return complain(strerror(errno));
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) return complain(strerror(errno));
  while (idle(&around)) {
    struct order order;
    const char *why = "";
    enum received received = receive(around.channel, &order, &why);
    if (received == RECEIVED_NONSENSE) return complain(why);
    if (received == RECEIVED_END) return 0;
    bool go_on = run_job(&order, &around);
    forget_order(&order);
    if (!go_on) break;
  }
  return 0;
}
