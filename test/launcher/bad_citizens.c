/* bad_citizens WAY [PIDS]: behaves badly in one way; each process writes its id to the file PIDS. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *pids;

static void note(void) {
  char line[16];
  int file = open(pids, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (file >= 0 && write(file, line, (size_t)snprintf(line, sizeof line, "%d\n", getpid())) < 0) exit(9);
  close(file);
}

static void wait_for_ever(void) {
  for (;;) pause();
}

static void ignore_sigterm(void) {
  signal(SIGTERM, SIG_IGN);
  note();
  wait_for_ever();
}

/* A daemon, as far from us as a process can go, that ignores SIGTERM too. */
static void leave_daemon(void) {
  if (fork() != 0) return;
  setsid();
  if (fork() != 0) _exit(0);
  setsid();
  for (int number = 0; number < 3; number++) close(number);
  ignore_sigterm();
}

static void write_gigabyte(void) {
  static char line[1 << 16];
  memset(line, 'x', sizeof line);
  line[0] = '<';
  for (int left = 1 << 14; left > 0; left--)
    if (write(1, line, sizeof line) < 0) exit(9);
  if (write(1, ">", 1) != 1) exit(9);
}

static void eat_memory(void) {
  for (;;) {
    char *block = malloc(1 << 20);
    if (block == NULL) abort();
    memset(block, 1, 1 << 20);
  }
}

/* Bounded, should nobody stop it. */
static void fork_often(void) {
  for (int left = 400; left > 0; left--) {
    usleep(200);
    if (fork() == 0) ignore_sigterm();
  }
  wait_for_ever();
}

static void stop_itself(void) {
  note();
  raise(SIGSTOP);
  wait_for_ever();
}

static void close_everything(void) { closefrom(0); }

int main(int argc, char **argv) {
  const struct {
    const char *name;
    void (*act)(void);
  } ways[] = {
      {"ignore-sigterm", ignore_sigterm}, {"leave-daemon", leave_daemon}, {"write-gigabyte", write_gigabyte},
      {"eat-memory", eat_memory},         {"fork-often", fork_often},     {"stop-itself", stop_itself},
      {"close-everything", close_everything},
  };
  pids = argc > 2 ? argv[2] : "/dev/null";
  for (size_t index = 0; argc > 1 && index < sizeof ways / sizeof *ways; index++) {
    if (strcmp(ways[index].name, argv[1]) != 0) continue;
    ways[index].act();
    return 0;
  }
  return 2;
}
