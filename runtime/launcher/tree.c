#include "tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct process {
  pid_t pid;
  pid_t parent;
  uint64_t resident;
  bool stopped;
  bool below; /* us */
};

static struct process *table;
static size_t used, room;

/* One line of the process table; false: it is gone, or only its status is left. */
static bool read_process(pid_t pid, struct process *process) {
  char path[40], text[1024];
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  ssize_t got = read(file, text, sizeof text - 1);
  close(file);
  if (got <= 0) return false;
  text[got] = 0;
  /* the second field, the name, may itself hold spaces and brackets */
  const char *rest = strrchr(text, ')');
  char state;
  int parent;
  long pages;
  if (rest == NULL ||
      sscanf(rest + 2, "%c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %*u %*u %ld", &state,
             &parent, &pages) != 3)
    return false;
  *process = (struct process){pid, parent, (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE), state == 'T' || state == 't', false};
  return state != 'Z' && state != 'X';
}

static bool add(struct process process) {
  if (used == room) {
    size_t wanted = room == 0 ? 512 : room * 2;
    struct process *grown = realloc(table, wanted * sizeof *table);
    if (grown == NULL) return false;
    table = grown;
    room = wanted;
  }
  table[used++] = process;
  return true;
}

static int by_pid(const void *a, const void *b) {
  const struct process *first = a, *second = b;
  return (first->pid > second->pid) - (first->pid < second->pid);
}

/* Marks what is below us. A parent may have a higher number than its child: rounds until nothing changes. */
static void mark(void) {
  pid_t self = getpid();
  bool changed = true;
  while (changed) {
    changed = false;
    for (size_t index = 0; index < used; index++) {
      struct process *process = &table[index];
      if (process->below) continue;
      struct process wanted = {.pid = process->parent};
      const struct process *parent =
          process->parent == self ? process : bsearch(&wanted, table, used, sizeof *table, by_pid);
      if (parent == NULL || (parent != process && !parent->below)) continue;
      process->below = changed = true;
    }
  }
}

static void scan(void) {
  used = 0;
  DIR *folder = opendir("/proc");
  if (folder == NULL) return;
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    pid_t pid = atoi(entry->d_name);
    struct process process;
    if (pid > 0 && read_process(pid, &process) && !add(process)) break;
  }
  closedir(folder);
  if (used > 0) qsort(table, used, sizeof *table, by_pid);
  mark();
}

struct tree_facts tree_look(void) {
  scan();
  struct tree_facts facts = {0, 0};
  for (size_t index = 0; index < used; index++) {
    if (!table[index].below) continue;
    facts.processes++;
    facts.resident += table[index].resident;
  }
  return facts;
}

/* The process's share of what it shares; without such a file, what it has. */
static uint64_t proportional(const struct process *process) {
  char path[48], line[256];
  snprintf(path, sizeof path, "/proc/%d/smaps_rollup", process->pid);
  FILE *file = fopen(path, "re");
  if (file == NULL) return process->resident;
  unsigned long kilobytes = process->resident / 1024;
  while (fgets(line, sizeof line, file) != NULL)
    if (sscanf(line, "Pss: %lu kB", &kilobytes) == 1) break;
  fclose(file);
  return (uint64_t)kilobytes * 1024;
}

uint64_t tree_resident(void) {
  scan();
  uint64_t resident = 0;
  for (size_t index = 0; index < used; index++)
    if (table[index].below) resident += proportional(&table[index]);
  return resident;
}

unsigned tree_signal(int signal) {
  scan();
  unsigned count = 0;
  for (size_t index = 0; index < used; index++) {
    if (!table[index].below) continue;
    kill(table[index].pid, signal);
    count++;
  }
  return count;
}

/* How many are not stopped yet, and are now told to. */
static unsigned freeze(void) {
  scan();
  unsigned count = 0;
  for (size_t index = 0; index < used; index++) {
    if (!table[index].below || table[index].stopped) continue;
    kill(table[index].pid, SIGSTOP);
    count++;
  }
  return count;
}

void tree_kill(void) {
  /* Whoever is stopped forks no more: looks go on until one finds nobody that runs. */
  enum { MOST_LOOKS = 100 };
  for (int look = 0; look < MOST_LOOKS && freeze() > 0; look++) usleep(200);
  tree_signal(SIGKILL);
}
