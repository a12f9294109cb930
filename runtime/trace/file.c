/* The trace file: a block for each thread, filled in place and appended when it is full. */
#include "writer.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "../careful.h"
#include "../ledger.h"
#include "../ids.h"
#include "../loaded.h"
#include "../modules.h"
#include "file.h"
#include "lock.h"
#include "sandbox.h"
#include "stream.h"

#define LONGEST_EVENT 64 /* a time, a site and the longest event, and what a short store writes beyond its own */
#define BLOCKS_MAX 4096
#define SLOTS_BYTES (sizeof(uint32_t) << TRACE_SLOT_BITS)
#define AHEAD (16ull << 20) /* room that the disk keeps for the blocks to come */
static const char never;
const char *single_threaded = &never;

static struct trace_header *header;
static char path[4096];
static struct stat ours;
static struct { struct trace_block *block; uint32_t *slots; int tid; } mapped[BLOCKS_MAX];
static unsigned mapped_count;
static struct lock lock;
static uint64_t next_id, limit, kept_until;
static int home; /* the process that this file is for */

static void calibrate(void) {
  header->latest_ns = system_clock_ns();
  header->latest_ticks = trace_ticks();
}

/* The file by its path, if it is still ours: the program may close any descriptor, or move to another root. */
static int open_ours(void) {
  int fd = system_open(path, O_RDWR, 0);
  struct stat status;
  if (fd < 0) return -1;
  if (system_call(SYS_fstat, fd, &status, 0) == 0 && status.st_dev == ours.st_dev && status.st_ino == ours.st_ino) return fd;
  system_close(fd);
  return -1;
}

/* Bytes of the file for one more block; 0: it must not grow. */
static uint64_t reserve(void) {
  struct rlimit size;
  uint64_t at = __atomic_load_n(&header->end, __ATOMIC_RELAXED);
  if (at + TRACE_BLOCK > limit) {
    header->flags |= TRACE_LIMIT_REACHED;
    return 0;
  }
  if (system_call6(SYS_prlimit64, 0, RLIMIT_FSIZE, 0, (long)&size, 0, 0) != 0 || size.rlim_cur < at + 2 * TRACE_BLOCK) {
    header->flags |= TRACE_NOT_WRITABLE;
    return 0;
  }
  return __atomic_fetch_add(&header->end, TRACE_BLOCK, __ATOMIC_RELAXED);
}

void lose(unsigned kind, uint64_t size) {
  if (!header) return;
  if (in_sandbox()) header->flags |= TRACE_SANDBOXED;
  __atomic_fetch_add(kind == TRACE_FAR_BIRTH ? &header->lost_births : kind == TRACE_MOVE ? &header->lost_moves : &header->lost_releases, 1,
                     __ATOMIC_RELAXED);
  if (kind == TRACE_FAR_BIRTH) __atomic_fetch_add(&header->lost_bytes, size, __ATOMIC_RELAXED);
}

static void count_lost(const uint8_t *from, const uint8_t *to) {
  for (; from < to && *from; from += event_bytes(from)) {
    unsigned form = *from & 3;
    if (form == TRACE_BIRTH) lose(TRACE_FAR_BIRTH, load(from, BIRTH_BYTES) >> (24 + TRACE_SLOT_BITS));
    else if (form == TRACE_RELEASE) lose(TRACE_FAR_RELEASE, 0);
    else if (form == TRACE_OTHER && *from >> 2 == TRACE_FAR_BIRTH) lose(TRACE_FAR_BIRTH, load(from + 9, 8));
    else if (form == TRACE_OTHER && (*from >> 2 == TRACE_MOVE || *from >> 2 == TRACE_FAR_RELEASE)) lose(*from >> 2, 0);
  }
}

/* What a reader knows of sites and of the address before ends here. */
static void begin_stretch(struct writer *w, uint8_t *at) {
  w->at = w->until = w->timed = at;
  w->end = (uint8_t *)w->block + TRACE_BLOCK - LONGEST_EVENT;
  w->last = trace_ticks();
  w->last_address = 0;
  w->last_birth = w->far_birth_end = NULL;
  w->stride = 0;
  memset(w->slots, 0, SLOTS_BYTES);
}

static void begin_block(struct writer *w) {
  begin_stretch(w, (uint8_t *)(w->block + 1));
  w->block->id = __atomic_add_fetch(&next_id, 1, __ATOMIC_RELAXED);
  w->block->ticks = w->last;
  w->block->thread = (uint64_t)own_tid();
  w->block->magic = TRACE_BLOCK_MAGIC;
}

/* Disk space for what comes next in one piece, where that costs nothing but the asking: less work than for each block. */
static void keep_room(int fd, uint64_t at) {
  if (at + TRACE_BLOCK <= kept_until || limit - at < AHEAD) return;
  kept_until = at + AHEAD;
  system_call6(SYS_fallocate, fd, FALLOC_FL_KEEP_SIZE, (long)at, (long)AHEAD, 0, 0);
}

/* Appends the full block and empties it. Killed in between, two blocks have one id. */
static void append(struct writer *w) {
  uint64_t at = in_sandbox() ? 0 : reserve();
  int fd = at ? open_ours() : -1;
  if (fd >= 0) keep_room(fd, at);
  bool written = fd >= 0 && system_call6(SYS_pwrite64, fd, (long)w->block, TRACE_BLOCK, (long)at, 0, 0) == TRACE_BLOCK;
  if (fd >= 0) system_close(fd);
  if (!written) {
    if (at) header->flags |= TRACE_NOT_WRITABLE;
    count_lost((uint8_t *)(w->block + 1), w->at);
  }
  w->block->magic = 0;
  memset(w->block + 1, 0, TRACE_BLOCK - sizeof *w->block);
  begin_block(w);
  if (!in_sandbox()) calibrate();
}

/* A block that a thread left behind when it ended, else a new one. */
static bool claim(struct writer *w) {
  if (in_sandbox()) return false;
  lock_take(&lock);
  unsigned start = (unsigned)own_tid();
  uint8_t *used = NULL;
  unsigned looks = mapped_count < BLOCKS_MAX ? 16 : BLOCKS_MAX; /* where no more can be had, one of each that is there */
  for (unsigned i = 0; i < mapped_count && i < looks && !w->block; i++) {
    unsigned one = (start + i) % mapped_count;
    if (system_call(SYS_tgkill, home, mapped[one].tid, 0) != -3 /* ESRCH */) continue;
    mapped[one].tid = own_tid();
    w->block = mapped[one].block;
    w->slots = mapped[one].slots;
    used = (uint8_t *)(w->block + 1);
    while (used < (uint8_t *)w->block + TRACE_BLOCK - LONGEST_EVENT && *used) used += event_bytes(used);
  }
  if (!w->block && mapped_count < BLOCKS_MAX) {
    uint64_t at = reserve();
    int fd = at ? open_ours() : -1;
    /* Real disk space: writing into a hole of a full disk would end the program by SIGBUS. */
    void *block = fd >= 0 && system_call6(SYS_fallocate, fd, 0, (long)at, TRACE_BLOCK, 0, 0) == 0
                      ? (void *)system_call6(SYS_mmap, 0, TRACE_BLOCK, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (long)at)
                      : NULL;
    if (fd >= 0) system_close(fd);
    w->slots = block && (intptr_t)block > 0 ? system_map(SLOTS_BYTES) : NULL;
    if (w->slots) {
      w->block = block;
      mapped[mapped_count].block = block;
      mapped[mapped_count].slots = w->slots;
      mapped[mapped_count++].tid = own_tid();
    } else {
      header->flags |= TRACE_NOT_WRITABLE;
    }
  }
  lock_release(&lock);
  if (!w->block) return false;
  if (!used) {
    begin_block(w);
  } else {
    begin_stretch(w, used);
    if (w->at < w->end) {
      store(w->at, TRACE_THREAD << 2 | (uint64_t)own_tid() << 8, 5);
      w->at += 5;
      put_time(w, w->last);
    }
  }
  return true;
}

bool room(struct writer *w) {
  if (!header || w->busy) return false;
  if (!w->block && !claim(w)) return false;
  if (w->at >= w->end) append(w);
  return true;
}

static size_t digits(char *to, uint64_t value) {
  char text[24];
  size_t count = 0, length = 0;
  do text[count++] = (char)('0' + value % 10); while (value /= 10);
  while (count) to[length++] = text[--count];
  return length;
}

static char folder[4032]; /* whatever folder a ledger fits in */

static void open_trace(uint32_t flags) {
  uint64_t now = system_clock_ns();
  size_t at = strlen(folder);
  memcpy(path, folder, at);
  path[at++] = '/';
  at += digits(path + at, (uint64_t)(home = system_pid()));
  path[at++] = '-';
  at += digits(path + at, now);
  memcpy(path + at, ".trace", 7);
  header = NULL;
  int fd = system_open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
  if (fd < 0) return;
  struct trace_header *fresh = NULL;
  if (system_call(SYS_fstat, fd, &ours, 0) == 0 && system_call6(SYS_fallocate, fd, 0, 0, TRACE_HEADER_SIZE, 0, 0) == 0)
    fresh = system_map_file(fd, TRACE_HEADER_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED);
  system_close(fd);
  if (!fresh) {
    system_call6(SYS_unlinkat, AT_FDCWD, (long)path, 0, 0, 0, 0);
    return;
  }
  fresh->version = TRACE_VERSION;
  fresh->flags = flags;
  fresh->pid = home;
  fresh->parent_pid = system_parent_pid();
  fresh->ledger_ns = ledger->started_ns;
  fresh->ledger_pid = ledger->pid;
  fresh->limit = limit;
  fresh->end = TRACE_HEADER_SIZE;
  fresh->first_ns = system_clock_ns();
  fresh->first_ticks = trace_ticks();
  fresh->magic = TRACE_MAGIC;
  header = fresh;
  calibrate();
}

/* A forked child has a file of its own; its parent's is only the parent's. */
static void after_fork(void) {
  int error = errno;
  for (unsigned i = 0; i < mapped_count; i++) {
    system_unmap(mapped[i].block, TRACE_BLOCK);
    system_unmap(mapped[i].slots, SLOTS_BYTES);
  }
  if (header) system_unmap(header, TRACE_HEADER_SIZE);
  mapped_count = 0;
  kept_until = 0;
  writer = (struct writer){0};
  open_trace(TRACE_FORKED);
  errno = error;
}

static void at_exit(int code, void *nothing) {
  (void)code;
  (void)nothing;
  if (!header || in_sandbox()) return;
  calibrate();
  int fd = kept_until ? open_ours() : -1;
  if (fd < 0) return;
  system_call(SYS_ftruncate, fd, __atomic_load_n(&header->end, __ATOMIC_RELAXED), 0); /* gives back what was kept */
  system_close(fd);
}

/* By name, not by the linker: a reference would ask for glibc 2.32, the first that has it. */
static void find_single_threaded(void) {
  const char *found = libc_symbol("__libc_single_threaded");
  if (found) single_threaded = found;
}

void trace_start(const char *directory, uint64_t most) {
  if (strlen(directory) >= sizeof folder || !ledger_active()) return;
  memcpy(folder, directory, strlen(directory) + 1);
  limit = most;
  find_single_threaded();
  open_trace(0);
  call_in_forked_child(after_fork);
  call_at_exit(at_exit);
}
