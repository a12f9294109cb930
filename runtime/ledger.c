#include "ledger.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "lock.h"
#include "system.h"

#define RESERVED_DEFAULT (64u << 20)
#define RESERVED_SMALL (4u << 20)
#define FIRST_ALLOCATION (256u << 10)
#define GROWTH (1u << 20)
#define KEPT_FOR_FINDINGS (48u << 10)
#define OWN_SLOTS (LEDGER_SLOTS - 1) /* the last one is shared by the threads that found none */
#define SLOTS_AT LEDGER_HEADER_SIZE
#define RECORDS_AT (LEDGER_HEADER_SIZE + LEDGER_SLOTS * sizeof(struct ledger_slot))

static struct ledger_header placeholder;
static struct ledger_slot early_slot; /* before the ledger is open */
struct ledger_header *ledger = &placeholder;
THREAD_LOCAL struct ledger_slot *ledger_slot;
static THREAD_LOCAL bool crowded; /* no slot of its own: counts in the shared one */

THREAD_LOCAL bool ledger_urgent;

static char path[4096];
static bool frozen; /* the program gave up system calls that growing needs */
static size_t reserved;
static uint64_t file_device, file_inode;

/* Real disk space: writing into a hole of a full disk would end the program by SIGBUS. */
static bool allocate(int fd, uint64_t from, uint64_t to) {
  struct rlimit limit;
  /* Beyond this limit the kernel would send the program SIGXFSZ. */
  if (system_call6(SYS_prlimit64, 0, RLIMIT_FSIZE, 0, (long)&limit, 0, 0) != 0 || limit.rlim_cur < to) return false;
  long result = system_call6(SYS_fallocate, fd, 0, (long)from, (long)(to - from), 0, 0);
  if (result == 0) return true;
  if (result != -95 /* EOPNOTSUPP */) return false;
  static const char zeros[4096];
  for (uint64_t at = from; at < to;) {
    long written = system_call6(SYS_pwrite64, fd, (long)zeros, (long)(to - at < 4096 ? to - at : 4096), (long)at, 0, 0);
    if (written <= 0) return false;
    at += (uint64_t)written;
  }
  return true;
}

static void format_path(const char *directory, int pid, uint64_t now) {
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

AT_START bool ledger_open(const char *directory) {
  if (strlen(directory) + 64 > sizeof path) return false;
  int pid = system_pid();
  uint64_t now = system_clock_ns();
  format_path(directory, pid, now);
  int fd = system_open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
  if (fd < 0) return false;
  struct stat status;
  struct rlimit limit;
  bool small = system_call6(SYS_prlimit64, 0, RLIMIT_AS, 0, (long)&limit, 0, 0) != 0 || limit.rlim_cur != RLIM_INFINITY;
  reserved = small ? RESERVED_SMALL : RESERVED_DEFAULT;
  struct ledger_header *header = NULL;
  if (system_call(SYS_fstat, fd, &status, 0) == 0 && allocate(fd, 0, FIRST_ALLOCATION))
    header = system_map_file(fd, reserved, PROT_READ | PROT_WRITE, MAP_SHARED);
  system_close(fd);
  if (!header) {
    system_call6(SYS_unlinkat, AT_FDCWD, (long)path, 0, 0, 0, 0);
    return false;
  }
  system_advise(header, reserved, MADV_DONTDUMP);
  system_advise(header, reserved, MADV_RANDOM); /* no reading ahead: what is not written is not looked at */
  file_device = status.st_dev;
  file_inode = status.st_ino;
  header->version = LEDGER_VERSION;
  header->records_at = RECORDS_AT;
  header->pid = pid;
  header->parent_pid = system_parent_pid();
  header->started_ns = now;
  header->allocated = FIRST_ALLOCATION;
  header->untracked = placeholder.untracked;
  header->unknown_releases = placeholder.unknown_releases;
  read_command(header);
  __atomic_store_n(&header->magic, LEDGER_MAGIC, __ATOMIC_RELEASE);
  ledger = header;
  ledger_slot = NULL;
  return true;
}

bool ledger_active(void) { return ledger != &placeholder; }

static bool grow(uint64_t needed) {
  if (frozen) return false;
  uint64_t target = (needed + GROWTH - 1) / GROWTH * GROWTH;
  if (target > reserved) target = reserved;
  if (needed > target) return false;
  int fd = system_open(path, O_RDWR, 0);
  if (fd < 0) return false;
  struct stat status;
  uint64_t have = __atomic_load_n(&ledger->allocated, __ATOMIC_ACQUIRE);
  bool done = have >= needed;
  /* The program may have moved to another root: only ever touch our own file. */
  if (!done && system_call(SYS_fstat, fd, &status, 0) == 0 && status.st_dev == file_device && status.st_ino == file_inode)
    done = allocate(fd, have, target);
  system_close(fd);
  while (done && have < target &&
         !__atomic_compare_exchange_n(&ledger->allocated, &have, target, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {}
  return done;
}

bool ledger_is_frozen(void) { return frozen; }

void ledger_freeze(void) {
  if (!ledger_active() || frozen) return;
  grow(__atomic_load_n(&ledger->allocated, __ATOMIC_RELAXED) + GROWTH);
  frozen = true;
}

static bool has_room(uint64_t end) {
  return end <= __atomic_load_n(&ledger->allocated, __ATOMIC_ACQUIRE) || grow(end);
}

/* What a finding needs must not be crowded out by call sites when the file cannot grow. */
static bool matters(uint16_t type) { return type != RECORD_STACK && type != RECORD_PAIR && type != RECORD_RELEASE && type != RECORD_RELEASE_BIRTH; }

void *ledger_begin(uint16_t type, size_t size) {
  if (!ledger_active()) return NULL;
  bool keep_free = !matters(type) && !ledger_urgent;
  size = (size + 7) & ~(size_t)7;
  uint64_t at = RECORDS_AT + __atomic_load_n(&ledger->cursor, __ATOMIC_RELAXED);
  if (!has_room(at + size + (keep_free ? KEPT_FOR_FINDINGS : 0))) {
    __atomic_fetch_add(&ledger->dropped, 1, __ATOMIC_RELAXED);
    return NULL;
  }
  at = RECORDS_AT + __atomic_fetch_add(&ledger->cursor, size, __ATOMIC_RELAXED);
  if (!has_room(at + size)) {
    __atomic_fetch_add(&ledger->dropped, 1, __ATOMIC_RELAXED);
    return NULL;
  }
  struct record_header *record = (struct record_header *)((char *)ledger + at);
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

struct ledger_slot *ledger_claim_slot(void) {
  if (!ledger_active()) return &early_slot;
  struct ledger_slot *slots = (struct ledger_slot *)((char *)ledger + SLOTS_AT);
  int tid = own_tid(), pid = own_pid();
  unsigned start = (unsigned)tid % OWN_SLOTS;
  for (int pass = 0; pass < 2; pass++) {
    for (unsigned i = 0; i < OWN_SLOTS; i++) {
      struct ledger_slot *slot = &slots[pass ? (start + i) % OWN_SLOTS : i];
      int owner = __atomic_load_n(&slot->tid, __ATOMIC_ACQUIRE);
      if (pass == 0 && owner != 0) continue;
      if (pass == 1 && system_call(SYS_tgkill, slot->pid, owner, 0) != -3 /* ESRCH: its thread is gone */) continue;
      if (!__atomic_compare_exchange_n(&slot->tid, &owner, tid, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) continue;
      slot->pid = pid;
      slot->stack_high = (uint64_t)(uintptr_t)&slots;
      return ledger_slot = slot;
    }
  }
  crowded = true;
  slots[OWN_SLOTS].pid = pid; /* whose counts these are */
  return &slots[OWN_SLOTS];
}

void ledger_count_birth(uint32_t world) {
  struct ledger_slot *slot = ledger_slot;
  if (!slot) slot = crowded ? (struct ledger_slot *)((char *)ledger + SLOTS_AT) + OWN_SLOTS : ledger_claim_slot();
  if (slot == ledger_slot) slot->allocations[world]++;
  else __atomic_fetch_add(&slot->allocations[world], 1, __ATOMIC_RELAXED);
}

void ledger_write_text(uint16_t type, size_t fixed, const void *record, const char *text, size_t length) {
  char *out = ledger_begin(type, fixed + length);
  if (!out) return;
  memcpy(out + sizeof(struct record_header), (const char *)record + sizeof(struct record_header),
         fixed - sizeof(struct record_header));
  memcpy(out + fixed, text, length);
  ledger_commit(out);
}

void ledger_gap(uint32_t reason, uint32_t module, const char *detail) {
  struct record_gap gap = {.reason = reason, .module = module, .detail_length = (uint32_t)strlen(detail)};
  ledger_write_text(RECORD_GAP, sizeof gap, &gap, detail, gap.detail_length);
}

void ledger_forked_child(int parent) {
  ledger_slot = NULL;
  crowded = false;
  struct record_fork *record = ledger_begin(RECORD_FORK, sizeof *record);
  if (!record) return;
  record->parent_pid = parent;
  ledger_commit(record);
}

void ledger_exiting(int code) {
  if (!ledger_active()) return;
  /* Asked anew: after vfork the child still has its parent's notion of it. In a sandbox nothing may be asked. */
  if ((frozen ? own_pid() : system_pid()) == ledger->pid) {
    ledger->exit_code = code;
    __atomic_fetch_or(&ledger->flags, LEDGER_EXITED, __ATOMIC_RELEASE);
    return;
  }
  struct record_exit *record = ledger_begin(RECORD_EXIT, sizeof *record);
  if (!record) return;
  if (!frozen) record->header.pid = system_pid();
  record->code = code;
  ledger_commit(record);
}

/* An address-space limit is coming: only keep what is allocated. */
void ledger_shrink(void) {
  if (!ledger_active()) return;
  uint64_t keep = __atomic_load_n(&ledger->allocated, __ATOMIC_RELAXED) + GROWTH;
  if (keep >= reserved) return;
  system_unmap((char *)ledger + keep, reserved - keep);
  reserved = keep;
}

bool ledger_owns(uintptr_t start, uintptr_t end) {
  return ledger_active() && overlaps(ledger, reserved, start, end);
}
