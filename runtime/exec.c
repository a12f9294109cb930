/* Programs that this process starts: one that does not carry us on is a gap. */
#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <unistd.h>

#include "common.h"
#include "ledger.h"
#include "modules.h"

/* As libc has it: a program may have another `environ`. */
extern char **__environ;

static bool carries_us(char *const *environment) {
  bool preload = false, directory = false;
  for (; environment && *environment; environment++) {
    if (strncmp(*environment, "LD_PRELOAD=", 11) == 0) preload |= strstr(*environment, "/libcrossfree") != NULL;
    if (strncmp(*environment, "CROSSFREE_LEDGER_DIR=", 21) == 0) directory = true;
  }
  return preload && directory;
}

/* `pid`: 0: this process, or the child that vfork made of it. */
static void note(const char *path, char *const *environment, int pid) {
  if (!path) return;
  int error = errno;
  ledger_settle();
  size_t length = strnlen(path, 4096);
  struct record_exec *record = ledger_begin(RECORD_EXEC, sizeof *record + length);
  if (record) {
    if (pid) record->header.pid = pid;
    record->path_length = (uint32_t)length;
    record->preserved = carries_us(environment);
    memcpy(record + 1, path, length);
    ledger_commit(record);
  }
  errno = error;
}

#define NEXT(name) \
  static __typeof__(name) *next; \
  if (!next) next = (__typeof__(name) *)next_symbol(#name)

EXPORT int execve(const char *path, char *const arguments[], char *const environment[]) {
  NEXT(execve);
  note(path, environment, 0);
  return next(path, arguments, environment);
}

EXPORT int execv(const char *path, char *const arguments[]) {
  NEXT(execv);
  note(path, __environ, 0);
  return next(path, arguments);
}

EXPORT int execvp(const char *file, char *const arguments[]) {
  NEXT(execvp);
  note(file, __environ, 0);
  return next(file, arguments);
}

EXPORT int execvpe(const char *file, char *const arguments[], char *const environment[]) {
  NEXT(execvpe);
  note(file, environment, 0);
  return next(file, arguments, environment);
}

EXPORT int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                       const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[]) {
  NEXT(posix_spawn);
  pid_t child = 0;
  int error = next(&child, path, actions, attributes, arguments, environment);
  if (pid) *pid = child;
  if (error == 0) note(path, environment, child);
  return error;
}

EXPORT int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
                        const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[]) {
  NEXT(posix_spawnp);
  pid_t child = 0;
  int error = next(&child, file, actions, attributes, arguments, environment);
  if (pid) *pid = child;
  if (error == 0) note(file, environment, child);
  return error;
}
