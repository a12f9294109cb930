/* Stands still at the program's end, so that the observer can read its heap from outside. */
#include "inspection.h"

#include <string.h>
#include <unistd.h>

#include "ledger.h"
#include "process.h"
#include "system.h"

#define LONGEST_WAIT_NS 20000000000ull
#define TURN_NS 1000000

bool inspection_due;

static bool wanted, after_finding;
static int seen_pid; /* whoever was looked at once is not looked at again */
static char place[3072];

void inspection_start(const char *wish, const char *directory) {
  size_t length = strlen(directory);
  if (!wish || length >= sizeof place) return;
  memcpy(place, directory, length + 1);
  after_finding = strcmp(wish, "always") != 0;
  wanted = true;
}

static char *append(char *at, const char *text) {
  size_t length = strlen(text);
  memcpy(at, text, length);
  return at + length;
}

static char *append_hex(char *at, uint64_t value) {
  for (int shift = 60; shift >= 0; shift -= 4) *at++ = "0123456789abcdef"[(value >> shift) & 15];
  return at;
}

static char *append_number(char *at, unsigned value) {
  if (value >= 10) at = append_number(at, value / 10);
  *at++ = (char)('0' + value % 10);
  return at;
}

static void path_of(char *path, int pid, const char *suffix) {
  char *at = append_number(append(append(path, place), "/"), (unsigned)pid);
  *append(at, suffix) = 0;
}

/* Renamed into place: the observer finds it whole. */
static bool announce(int pid, const char *why) {
  char draft[4096], path[4096], text[128];
  path_of(draft, pid, ".inspect.draft");
  path_of(path, pid, ".inspect");
  char *end = append_hex(text, thread_pointer());
  *end++ = ' ';
  end = append_hex(end, (uint64_t)__builtin_frame_address(0));
  *end++ = ' ';
  end = append_number(end, (unsigned)system_tid());
  end = append(end, why);
  *end++ = '\n';
  int fd = system_open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
  if (fd < 0) return false;
  bool written = system_call(SYS_write, fd, text, end - text) == end - text;
  system_close(fd);
  return written && system_call(SYS_rename, draft, path, 0) == 0;
}

static void stand_still(const char *why) {
  int pid = system_pid();
  /* a vfork's child ends in its parent's memory; a sandboxed program may no longer open files */
  if (ledger_is_frozen() || !ledger_active() || pid != process_observed()) return;
  if (__atomic_exchange_n(&seen_pid, pid, __ATOMIC_RELAXED) == pid) return;
  if (!announce(pid, why)) return;
  char done[4096];
  path_of(done, pid, ".inspected");
  uint64_t until = system_clock_ns() + LONGEST_WAIT_NS;
  while (system_call(SYS_access, done, F_OK, 0) != 0 && system_clock_ns() < until) {
    struct timespec turn = {0, TURN_NS};
    system_call(SYS_nanosleep, &turn, 0, 0);
  }
}

COLD void inspection_wait(void) {
  if (likely(!wanted) || (after_finding && !inspection_due)) return;
  stand_still("");
}

void inspection_at_crash(void) {
  if (wanted && !after_finding) stand_still(" crash");
}
