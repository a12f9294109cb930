/* The trace file: a block for each thread, filled in place and appended when it is full. */
#include "writer.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "../careful.h"
#include "../ledger.h"
#include "../lock.h"

#define LONGEST_EVENT 8
#define BLOCKS_MAX 4096

THREAD_LOCAL struct writer writer;

static struct trace_header *header;
static char path[4096];
static struct stat ours;
static struct { struct trace_block *block; int tid; uint64_t *at; } mapped[BLOCKS_MAX];
static unsigned mapped_count;
static struct lock lock;
static uint64_t next_id, limit;
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

static void count_lost(const uint64_t *from, const uint64_t *to) {
  for (; from < to; from++) {
    unsigned kind = *from & 7;
    if (kind == TRACE_RELEASE) __atomic_fetch_add(&header->lost_releases, 1, __ATOMIC_RELAXED);
    else if (kind == TRACE_MOVE) __atomic_fetch_add(&header->lost_moves, 1, __ATOMIC_RELAXED);
    else if (kind == TRACE_BIRTH || kind == TRACE_RETAG) {
      uint64_t size = *++from & TRACE_SIZE_ESCAPE;
      if (size == TRACE_SIZE_ESCAPE) size = *++from;
      if (kind == TRACE_RETAG) continue;
      __atomic_fetch_add(&header->lost_births, 1, __ATOMIC_RELAXED);
      __atomic_fetch_add(&header->lost_bytes, size, __ATOMIC_RELAXED);
    }
  }
}

static void begin_block(struct writer *w) {
  w->block->id = __atomic_add_fetch(&next_id, 1, __ATOMIC_RELAXED);
  w->at = (uint64_t *)(w->block + 1);
  w->end = (uint64_t *)((char *)w->block + TRACE_BLOCK) - LONGEST_EVENT;
  w->block->magic = TRACE_BLOCK_MAGIC;
}

static void begin_thread(struct writer *w) {
  w->last = trace_ticks();
  *w->at++ = (uint64_t)own_tid() << 3 | TRACE_THREAD;
  *w->at++ = w->last << 3 | TRACE_TIME;
  w->last_birth = NULL;
}

/* Appends the full block and empties it. Killed in between, two blocks have one id. */
static void append(struct writer *w) {
  uint64_t at = ledger_is_frozen() ? 0 : reserve();
  int fd = at ? open_ours() : -1;
  bool written = fd >= 0 && system_call6(SYS_pwrite64, fd, (long)w->block, TRACE_BLOCK, (long)at, 0, 0) == TRACE_BLOCK;
  if (fd >= 0) system_close(fd);
  if (!written) {
    if (at) header->flags |= TRACE_NOT_WRITABLE;
    count_lost((uint64_t *)(w->block + 1), w->at);
  }
  w->block->magic = 0;
  memset(w->block + 1, 0, TRACE_BLOCK - sizeof *w->block);
  begin_block(w);
  begin_thread(w);
  if (!ledger_is_frozen()) calibrate();
}

/* A block that a thread left behind when it ended, else a new one. */
static bool claim(struct writer *w) {
  if (ledger_is_frozen()) return false;
  lock_take(&lock);
  unsigned start = (unsigned)own_tid();
  for (unsigned i = 0; i < mapped_count && i < 16 && !w->block; i++) {
    unsigned one = (start + i) % mapped_count;
    if (system_call(SYS_tgkill, home, mapped[one].tid, 0) != -3 /* ESRCH */) continue;
    mapped[one].tid = own_tid();
    w->block = mapped[one].block;
    w->at = (uint64_t *)(w->block + 1);
    w->end = (uint64_t *)((char *)w->block + TRACE_BLOCK) - LONGEST_EVENT;
    while (w->at < w->end && *w->at) w->at += (*w->at & 7) == TRACE_BIRTH || (*w->at & 7) == TRACE_RETAG ? 2 + ((w->at[1] & TRACE_SIZE_ESCAPE) == TRACE_SIZE_ESCAPE) : 1;
  }
  if (!w->block && mapped_count < BLOCKS_MAX) {
    uint64_t at = reserve();
    int fd = at ? open_ours() : -1;
    /* Real disk space: writing into a hole of a full disk would end the program by SIGBUS. */
    void *block = fd >= 0 && system_call6(SYS_fallocate, fd, 0, (long)at, TRACE_BLOCK, 0, 0) == 0
                      ? (void *)system_call6(SYS_mmap, 0, TRACE_BLOCK, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (long)at)
                      : NULL;
    if (fd >= 0) system_close(fd);
    if (block && (intptr_t)block > 0) {
      w->block = block;
      mapped[mapped_count].block = block;
      mapped[mapped_count++].tid = own_tid();
      begin_block(w);
    } else {
      header->flags |= TRACE_NOT_WRITABLE;
    }
  }
  lock_release(&lock);
  if (w->block && w->at < w->end - 2) begin_thread(w);
  return w->block != NULL;
}

/* Room for one event; false: it cannot be written. */
static bool room(struct writer *w) {
  if (!header || w->busy) return false;
  if (!w->block && !claim(w)) return false;
  if (w->at >= w->end) append(w);
  return true;
}

static void put(struct writer *w, unsigned kind, uintptr_t address, uint64_t ticks) {
  if ((ticks - w->last) >> TRACE_DELTA_BITS) {
    if (ticks < w->last) ticks = w->last; /* taken before the block was begun */
    *w->at++ = ticks << 3 | TRACE_TIME;
    w->last = ticks;
  }
  if (address & 15) *w->at++ = (address & 15) << 3 | TRACE_LOW;
  *w->at = WORD(kind, ticks - w->last, address);
  w->last = ticks;
}

void birth_slow(uintptr_t address, uint64_t size, uint32_t word, uint64_t ticks) {
  int error = errno;
  struct writer *w = &writer;
  if (room(w)) {
    w->busy = true;
    BEFORE_NOW();
    put(w, TRACE_BIRTH, address, ticks);
    w->last_birth = w->at;
    w->birth = address;
    bool big = size >= TRACE_SIZE_ESCAPE;
    w->at[1] = (big ? TRACE_SIZE_ESCAPE : size) | SITE_WORD(word);
    if (big) w->at[2] = size;
    w->at += big ? 3 : 2;
    BEFORE_NOW();
    w->busy = false;
  } else if (header) {
    __atomic_fetch_add(&header->lost_births, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&header->lost_bytes, size, __ATOMIC_RELAXED);
  }
  errno = error;
}

void release_at(uintptr_t address, unsigned kind, uint64_t ticks) {
  int error = errno;
  struct writer *w = &writer;
  if (room(w)) {
    w->busy = true;
    BEFORE_NOW();
    put(w, kind, address, ticks);
    w->at++;
    w->birth = 0;
    BEFORE_NOW();
    w->busy = false;
  } else if (header) {
    __atomic_fetch_add(kind == TRACE_MOVE ? &header->lost_moves : &header->lost_releases, 1, __ATOMIC_RELAXED);
  }
  errno = error;
}

uint32_t site_unseen(uintptr_t return_address, uintptr_t stack, uint32_t world, unsigned function, void *block) {
  int error = errno;
  struct call_place place = {return_address, stack};
  uint32_t word = site_word(&place, function, world, false, false, 0, 0, (uintptr_t)block);
  errno = error;
  return word;
}

void birth_around(void *pointer, uint64_t size, uint32_t world, unsigned function, uintptr_t return_address, uintptr_t stack) {
  struct writer *w = &writer;
  if (w->birth != (uintptr_t)pointer) {
    trace_birth(pointer, size, world, function, return_address, stack);
    return;
  }
  /* Handed out by a call inside of this one: the outermost function is whose block it is. */
  uint32_t word = site_fast(return_address, stack, function);
  if (!word) word = site_unseen(return_address, stack, world, function, pointer);
  if (w->last_birth && size < TRACE_SIZE_ESCAPE && (w->last_birth[1] & TRACE_SIZE_ESCAPE) != TRACE_SIZE_ESCAPE) {
    w->last_birth[1] = size | SITE_WORD(word);
  } else if (!w->busy && room(w)) {
    put(w, TRACE_RETAG, (uintptr_t)pointer, w->last);
    w->at[1] = SITE_WORD(word);
    w->at += 2;
  }
}

static size_t digits(char *to, uint64_t value) {
  char text[24];
  size_t count = 0, length = 0;
  do text[count++] = (char)('0' + value % 10); while (value /= 10);
  while (count) to[length++] = text[--count];
  return length;
}

static char folder[4000];

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
  for (unsigned i = 0; i < mapped_count; i++) system_unmap(mapped[i].block, TRACE_BLOCK);
  if (header) system_unmap(header, TRACE_HEADER_SIZE);
  mapped_count = 0;
  writer = (struct writer){0};
  open_trace(TRACE_FORKED);
  errno = error;
}

static void at_exit(int code, void *nothing) {
  (void)code;
  (void)nothing;
  if (header && !ledger_is_frozen()) calibrate();
}

extern int __register_atfork(void (*)(void), void (*)(void), void (*)(void), void *);
extern int on_exit(void (*)(int, void *), void *);
extern void *__dso_handle;

void trace_start(const char *directory, uint64_t most) {
  if (strlen(directory) >= sizeof folder || !ledger_active()) return;
  memcpy(folder, directory, strlen(directory) + 1);
  limit = most;
  open_trace(0);
  __register_atfork(NULL, NULL, after_fork, &__dso_handle);
  on_exit(at_exit, NULL);
}
