#include "ledger.h"

#include <string.h>
#include <sys/resource.h>

#include "ids.h"
#include "system.h"

#define FIRST_ALLOCATION (1u << 20)
#define LEAST_ALLOCATION (192u << 10)
#define KEPT_FOR_FINDINGS (48u << 10)
#define RANGES_AT (LEDGER_HEADER_SIZE + LEDGER_SLOTS * sizeof(struct ledger_slot))
#define RECORDS_AT (RANGES_AT + LEDGER_RANGES * sizeof(struct ledger_range))
/* How long a record waits for the file to grow: less than a tenth of a second, on a processor that pauses briefly. */
#define PATIENCE (1u << 21)

_Static_assert(sizeof(struct ledger_header) <= LEDGER_QUESTION_AT, "the header's page holds both");
_Static_assert(LEDGER_QUESTION_AT + sizeof(struct ledger_question) <= LEDGER_HEADER_SIZE, "the header's page holds both");

static union { struct ledger_header header; char page[LEDGER_HEADER_SIZE]; } placeholder;
struct ledger_header *ledger = &placeholder.header;
THREAD_LOCAL bool ledger_urgent;

static size_t reserved;

/* Real disk space: writing into a hole of a full disk would end the program by SIGBUS. */
static bool allocate(int fd, uint64_t to) {
  struct rlimit limit;
  /* Beyond this limit the kernel would send the program SIGXFSZ. */
  if (system_call6(SYS_prlimit64, 0, RLIMIT_FSIZE, 0, (long)&limit, 0, 0) != 0 || limit.rlim_cur < to) return false;
  long result = system_call6(SYS_fallocate, fd, 0, 0, (long)to, 0, 0);
  if (result == 0) return true;
  if (result != -95 /* EOPNOTSUPP */) return false;
  static const char zeros[4096];
  for (uint64_t at = 0; at < to;) {
    long written = system_call6(SYS_pwrite64, fd, (long)zeros, (long)(to - at < 4096 ? to - at : 4096), (long)at, 0, 0);
    if (written <= 0) return false;
    at += (uint64_t)written;
  }
  return true;
}

static void format_path(char *path, const char *directory, int pid, uint64_t now) {
  size_t at = strlen(directory);
  memcpy(path, directory, at);
  path[at++] = '/';
  uint64_t numbers[2] = {(uint64_t)pid, now};
  for (int i = 0; i < 2; i++) {
    char digits[24];
    size_t count = 0;
    do digits[count++] = (char)('0' + numbers[i] % 10); while (numbers[i] /= 10);
    while (count) path[at++] = digits[--count];
    if (i == 0) path[at++] = '-';
  }
  memcpy(path + at, ".ledger", 8);
}

extern void *__libc_stack_end;

static void read_command(struct ledger_header *header) {
  const uintptr_t *stack = __libc_stack_end; /* the argument count, then the arguments */
  size_t at = 0;
  for (uintptr_t i = 0; i < stack[0] && at < sizeof header->command; i++) {
    const char *argument = (const char *)stack[1 + i];
    size_t room = sizeof header->command - at, length = strnlen(argument, room);
    memcpy(header->command + at, argument, length);
    at += length + 1;
  }
  header->command_length = at ? (uint32_t)(at - 1) : 0;
}

AT_START bool ledger_open(const char *directory, size_t most) {
  static char path[4096];
  if (strlen(directory) + 64 > sizeof path) return false;
  int pid = system_pid();
  uint64_t now = system_clock_ns(), first = most < FIRST_ALLOCATION ? most : FIRST_ALLOCATION;
  format_path(path, directory, pid, now);
  int fd = system_open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
  if (fd < 0) return false;
  struct ledger_header *header = NULL;
  if (allocate(fd, first) || allocate(fd, first = LEAST_ALLOCATION)) {
    reserved = most;
    header = system_map_file(fd, reserved, PROT_READ | PROT_WRITE, MAP_SHARED);
    if (!header) header = system_map_file(fd, reserved = first, PROT_READ | PROT_WRITE, MAP_SHARED);
  }
  system_close(fd);
  if (!header) {
    system_call6(SYS_unlinkat, AT_FDCWD, (long)path, 0, 0, 0, 0);
    return false;
  }
  system_advise(header, reserved, MADV_DONTDUMP);
  system_advise(header, reserved, MADV_RANDOM); /* no reading ahead: what is not written is not looked at */
  header->version = LEDGER_VERSION;
  header->records_at = RECORDS_AT;
  header->pid = pid;
  header->parent_pid = system_parent_pid();
  header->started_ns = now;
  header->allocated = first;
  header->most = reserved;
  header->untracked = placeholder.header.untracked;
  header->unknown_releases = placeholder.header.unknown_releases;
  read_command(header);
  __atomic_store_n(&header->magic, LEDGER_MAGIC, __ATOMIC_RELEASE);
  ledger = header;
  ledger_slot = NULL;
  return true;
}

bool ledger_active(void) { return ledger != &placeholder.header; }

struct ledger_question *ledger_question(void) { return (struct ledger_question *)((char *)ledger + LEDGER_QUESTION_AT); }
const struct ledger_range *ledger_ranges(void) { return (const struct ledger_range *)((const char *)ledger + RANGES_AT); }

static bool fits(uint64_t end) { return end <= reserved && end <= __atomic_load_n(&ledger->allocated, __ATOMIC_ACQUIRE); }

/* Waits a little for who makes the file grow, if there is somebody: once for each size. */
static bool has_room(uint64_t end) {
  static uint64_t waited_for;
  if (fits(end)) return true;
  uint64_t have = __atomic_load_n(&ledger->allocated, __ATOMIC_ACQUIRE);
  if (end > reserved || !ledger_question()->tended || __atomic_exchange_n(&waited_for, have, __ATOMIC_RELAXED) == have) return false;
  for (unsigned turn = 0; turn < PATIENCE && !fits(end); turn++) __builtin_ia32_pause();
  return fits(end);
}

/* What a finding needs must not be crowded out by call sites when the file cannot grow. */
static bool matters(uint16_t type) {
  switch (type) {
    case RECORD_STACK: case RECORD_PAIR: case RECORD_RELEASE: case RECORD_RELEASE_BIRTH:
    case RECORD_MODULE: case RECORD_MODULE_GONE: case RECORD_MODULE_BACK: return false;
    default: return true;
  }
}

bool ledger_has_plenty(void) { return RECORDS_AT + __atomic_load_n(&ledger->cursor, __ATOMIC_RELAXED) < reserved / 2; }

void *ledger_begin(uint16_t type, size_t size) {
  if (!ledger_active()) return NULL;
  uint64_t keep_free = !matters(type) && !ledger_urgent ? KEPT_FOR_FINDINGS : 0;
  size = (size + 7) & ~(size_t)7;
  uint64_t at = __atomic_load_n(&ledger->cursor, __ATOMIC_RELAXED);
  do {
    if (has_room(RECORDS_AT + at + size + keep_free)) continue;
    __atomic_fetch_add(&ledger->dropped, 1, __ATOMIC_RELAXED);
    return NULL;
  } while (!__atomic_compare_exchange_n(&ledger->cursor, &at, at + size, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
  struct record_header *record = (struct record_header *)((char *)ledger + RECORDS_AT + at);
  record->type = type;
  record->length = (uint32_t)size;
  record->pid = own_pid();
  record->tid = own_tid();
  return record;
}

void ledger_commit(void *record) {
  if (record) __atomic_store_n(&((struct record_header *)record)->magic, RECORD_MAGIC, __ATOMIC_RELEASE);
}

void ledger_count_untracked(void) { __atomic_fetch_add(&ledger->untracked, 1, __ATOMIC_RELAXED); }
void ledger_count_unknown(void) { __atomic_fetch_add(&ledger->unknown_releases, 1, __ATOMIC_RELAXED); }

bool ledger_write_text(uint16_t type, size_t fixed, const void *record, const char *text, size_t length) {
  char *out = ledger_begin(type, fixed + length);
  if (!out) return false;
  memcpy(out + sizeof(struct record_header), (const char *)record + sizeof(struct record_header),
         fixed - sizeof(struct record_header));
  memcpy(out + fixed, text, length);
  ledger_commit(out);
  return true;
}

/* Once: a module that comes and goes has the same ones each time. */
void ledger_gap(uint32_t reason, uint32_t module, const char *detail) {
  static uint64_t told[1024]; /* one that another has overwritten is told again */
  struct record_gap gap = {.reason = reason, .module = module, .detail_length = (uint32_t)strlen(detail)};
  uint64_t key = (uint64_t)module << 32 | reason;
  for (const char *at = detail; *at; at++) key = (key ^ (uint8_t)*at) * 1099511628211ull;
  uint64_t *last = &told[key * 0x9E3779B97F4A7C15ull >> 54];
  if (*last != key && ledger_write_text(RECORD_GAP, sizeof gap, &gap, detail, gap.detail_length)) *last = key;
}

void ledger_slots_forked_child(void);

void ledger_forked_child(int parent) {
  ledger_slots_forked_child();
  struct record_fork *record = ledger_begin(RECORD_FORK, sizeof *record);
  if (!record) return;
  record->parent_pid = parent;
  ledger_commit(record);
}

void ledger_exiting(int code) {
  if (!ledger_active()) return;
  ledger_settle();
  if (!in_vfork_child && own_pid() == ledger->pid) {
    ledger->exit_code = code;
    __atomic_fetch_or(&ledger->flags, LEDGER_EXITED, __ATOMIC_RELEASE);
    return;
  }
  struct record_exit *record = ledger_begin(RECORD_EXIT, sizeof *record);
  if (!record) return;
  record->code = code;
  ledger_commit(record);
}

uint64_t ledger_cursor(void) { return __atomic_load_n(&ledger->cursor, __ATOMIC_RELAXED); }

static bool is_of_ending(uint16_t type) { return type == RECORD_EXEC || type == RECORD_EXIT || type >= RECORD_CRASH; }

void ledger_of_vfork_child(uint64_t from, int child) {
  uint64_t to = ledger_cursor();
  while (ledger_active() && from < to) {
    struct record_header *record = (struct record_header *)((char *)ledger + RECORDS_AT + from);
    if (record->length < sizeof *record) return; /* another thread's that is not begun yet: what follows cannot be found */
    if (record->tid == own_tid() && record->pid == own_pid() && is_of_ending(record->type)) record->pid = child;
    from += record->length;
  }
}

void ledger_shrink(size_t most) {
  if (!ledger_active()) return;
  uint64_t keep = __atomic_load_n(&ledger->allocated, __ATOMIC_RELAXED), used = RECORDS_AT + ledger_cursor();
  if (keep > used + most) keep = used + most;
  keep = (keep + 4095) & ~(uint64_t)4095;
  if (keep >= reserved) return;
  size_t before = reserved;
  reserved = keep;
  system_unmap((char *)ledger + keep, before - keep);
}

bool ledger_owns(uintptr_t start, uintptr_t end) {
  return ledger_active() && overlaps(ledger, reserved, start, end);
}
