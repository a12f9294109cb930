#include "job.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "capture.h"
#include "start.h"
#include "tree.h"

#define MS 1000000ull
/* Who outlives the program has this long to end by itself after SIGTERM. */
#define ORPHAN_GRACE (100 * MS)
/* A process that survives SIGKILL for this long (it runs as another user) is not waited for. */
#define GIVE_UP (3000 * MS)
/* Between two looks at how much a tree has taken. */
#define FIRST_LOOK (20 * MS)
#define SOONEST_LOOK (5 * MS)
#define LATEST_LOOK (100 * MS)
/* Who ends so soon wakes us once, by its end, and not for each stream as well; a pipe holds what it prints. */
#define UNHEARD (4 * MS)
/* No faster can memory be taken, in bytes a nanosecond; by it the next look is set. */
#define FASTEST_GROWTH 4

#define NEVER UINT64_MAX

/* RUNNING until the program ends, by itself or by us; then CLEARING until nothing is left below us. */
enum phase { RUNNING, CLEARING, DONE };

struct work {
  struct order *order;
  struct report report;
  struct capture streams[2];
  pid_t pid;
  enum phase phase;
  bool parent_gone;
  uint64_t started;
  uint64_t kill_at;  /* SIGKILL for all */
  uint64_t term_at;  /* the time-out */
  uint64_t look_at;
  uint64_t listen_at; /* to what it prints */
  uint64_t give_up_at;
};

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000ull + (uint64_t)time.tv_nsec;
}

static uint64_t microseconds(struct timeval time) {
  return (uint64_t)time.tv_sec * 1000000ull + (uint64_t)time.tv_usec;
}

/* From now on everything has to end: first asked, then made to. */
static void end_all(struct work *work, uint64_t grace) {
  if (work->kill_at != NEVER && grace > 0) return;
  work->term_at = NEVER;
  if (grace > 0) {
    tree_signal(SIGTERM);
    tree_signal(SIGCONT); /* who is stopped would not hear of it */
  }
  work->kill_at = now() + grace;
}

static void keep_ending(struct work *work, int status, const struct rusage *usage) {
  struct report *report = &work->report;
  report->wall_ns = now() - work->started;
  report->code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
  report->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  if (WIFSIGNALED(status) && WCOREDUMP(status)) report->flags |= REPORT_CORE;
  report->user_us = microseconds(usage->ru_utime);
  report->system_us = microseconds(usage->ru_stime);
  report->peak = (uint64_t)usage->ru_maxrss * 1024;
  work->phase = CLEARING;
  work->term_at = NEVER;
}

/* Takes note of everybody who has ended. */
static void reap(struct work *work) {
  for (;;) {
    int status;
    struct rusage usage;
    pid_t pid = wait4(-1, &status, WNOHANG | __WALL, &usage);
    if (pid < 0 && errno == EINTR) continue;
    if (pid < 0) { /* nobody is left at all */
      if (work->phase == CLEARING) work->phase = DONE;
      return;
    }
    if (pid == 0) break;
    if (pid == work->pid) keep_ending(work, status, &usage);
  }
  if (work->phase != CLEARING || work->give_up_at != NEVER) return;
  work->report.orphans = tree_look().processes;
  end_all(work, ORPHAN_GRACE);
  work->give_up_at = work->kill_at + GIVE_UP;
}

/* Ends a tree that has taken more than it may; else says when to look again. */
static void look(struct work *work) {
  const struct job *job = &work->order->job;
  struct tree_facts facts = tree_look();
  uint64_t wait = LATEST_LOOK;
  if (job->processes > 0 && facts.processes > job->processes) work->report.flags |= REPORT_PROCESSES;
  if (job->memory > 0) {
    if (facts.resident > job->memory && tree_resident() > job->memory) work->report.flags |= REPORT_MEMORY;
    uint64_t room = facts.resident < job->memory ? job->memory - facts.resident : 0;
    if (room / FASTEST_GROWTH < wait) wait = room / FASTEST_GROWTH;
    if (wait < SOONEST_LOOK) wait = SOONEST_LOOK;
  }
  if (work->report.flags & (REPORT_PROCESSES | REPORT_MEMORY)) {
    end_all(work, 0);
    work->look_at = NEVER;
  } else {
    work->look_at = now() + wait;
  }
}

static void on_time(struct work *work, uint64_t time) {
  if (time >= work->kill_at) {
    tree_kill();
    work->kill_at = time + 200 * MS; /* again, should somebody have slipped away */
    if (work->give_up_at == NEVER) work->give_up_at = time + GIVE_UP;
  }
  if (time >= work->term_at) {
    work->report.flags |= REPORT_TIMEOUT;
    end_all(work, work->order->job.grace_ms * MS);
  }
  if (time >= work->look_at) look(work);
  if (time >= work->listen_at) work->listen_at = NEVER;
  if (time >= work->give_up_at) {
    work->report.survivors = tree_look().processes;
    if (work->phase == RUNNING) { /* what it would have ended by */
      work->report.signal = SIGKILL;
      work->report.wall_ns = time - work->started;
    }
    work->phase = DONE;
  }
}

static void on_signal(struct work *work, int signals) {
  struct signalfd_siginfo info;
  while (read(signals, &info, sizeof info) == sizeof info)
    if (info.ssi_signo != SIGCHLD) work->parent_gone = true; /* told to end ourselves: the same */
  reap(work);
}

/* How long poll may sleep, whole milliseconds, rounded up. */
static int patience(const struct work *work) {
  uint64_t next = work->kill_at;
  if (work->term_at < next) next = work->term_at;
  if (work->look_at < next) next = work->look_at;
  if (work->give_up_at < next) next = work->give_up_at;
  if (work->listen_at < next) next = work->listen_at;
  if (next == NEVER) return -1;
  uint64_t time = now();
  return next <= time ? 0 : (int)((next - time + MS - 1) / MS);
}

static void wait_for_end(struct work *work, const struct surroundings *around) {
  while (work->phase != DONE) {
    bool listening = work->listen_at == NEVER;
    struct pollfd polled[4] = {
        {.fd = around->signals, .events = POLLIN},
        {.fd = listening ? work->streams[0].descriptor : -1, .events = POLLIN},
        {.fd = listening ? work->streams[1].descriptor : -1, .events = POLLIN},
        {.fd = work->parent_gone ? -1 : around->channel, .events = POLLRDHUP},
    };
    if (poll(polled, 4, patience(work)) < 0 && errno != EINTR) work->parent_gone = true;
    for (int index = 0; index < 2; index++)
      if (polled[index + 1].revents) capture_read(&work->streams[index]);
    if (polled[0].revents) on_signal(work, around->signals);
    if (polled[3].revents & (POLLRDHUP | POLLHUP | POLLERR)) work->parent_gone = true;
    if (work->parent_gone && work->phase == RUNNING) end_all(work, 0);
    if (work->phase != DONE) on_time(work, now());
  }
}

static bool finish(struct work *work, const struct surroundings *around) {
  struct report *report = &work->report;
  struct part parts[4];
  for (int index = 0; index < 2; index++) {
    struct capture *stream = &work->streams[index];
    /* what is still in the pipe; a survivor may go on writing, we do not go on reading */
    for (int turn = 0; turn < 32 && stream->descriptor >= 0; turn++) {
      uint64_t before = stream->total;
      capture_read(stream);
      if (stream->total == before) break;
    }
    report->total[index] = stream->total;
    report->head[index] = (uint32_t)stream->head_used;
    report->tail[index] = (uint32_t)capture_tail(stream);
    parts[index * 2] = (struct part){stream->head, report->head[index]};
    parts[index * 2 + 1] = (struct part){stream->tail, report->tail[index]};
    report->length += report->head[index] + report->tail[index];
  }
  bool sent = !work->parent_gone && send_report(around->reports, report, parts, 4);
  for (int index = 0; index < 2; index++) capture_free(&work->streams[index]);
  return sent;
}

static bool not_started(struct work *work, const struct surroundings *around, enum report_kind kind, int reason) {
  work->report.kind = (uint16_t)kind;
  work->report.code = reason;
  while (waitpid(-1, NULL, WNOHANG | __WALL) > 0) {
  }
  return finish(work, around);
}

bool run_job(struct order *order, const struct surroundings *around) {
  const struct job *job = &order->job;
  struct work work = {
      .order = order,
      .report = {.magic = REPORT_MAGIC, .version = PROTOCOL_VERSION, .kind = REPORT_ENDED, .id = job->id},
      .streams = {{.descriptor = -1}, {.descriptor = -1}},
      .kill_at = NEVER,
      .term_at = NEVER,
      .look_at = NEVER,
      .give_up_at = NEVER,
  };
  int writers[2] = {-1, -1};
  struct started started = {.kind = REPORT_NO_PROCESS};
  bool ready = capture_open(&work.streams[0], job->head, job->tail, &writers[0]) &&
               capture_open(&work.streams[1], job->head, job->tail, &writers[1]);
  if (!ready) started.error = errno;
  work.started = now();
  work.pid = ready ? start_program(order, writers[0], writers[1], &started) : -1;
  for (int index = 0; index < 2; index++)
    if (writers[index] >= 0) close(writers[index]);
  if (work.pid < 0) return not_started(&work, around, started.kind, started.error);
  if (started.same_addresses) work.report.flags |= REPORT_SAME_ADDRESSES;
  work.report.pid = work.pid;
  work.listen_at = work.started + UNHEARD;
  if (job->timeout_ms > 0) work.term_at = work.started + job->timeout_ms * MS;
  if (job->memory > 0 || job->processes > 0) work.look_at = work.started + FIRST_LOOK;
  wait_for_end(&work, around);
  return finish(&work, around) && !work.parent_gone;
}
