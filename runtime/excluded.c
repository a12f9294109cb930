/* The ranges that madvise(MADV_DONTDUMP) took out of core dumps. A program that makes the system call itself goes past us. */
#include "excluded.h"

#include <errno.h>
#include <sys/mman.h>

#include "modules.h"
#include "system.h"

#define MOST_RANGES 2048
#define MOST_TURNS 100000
#define LOOKS 16
#define PAGE_MASK ((uintptr_t)4095)

struct range {
  uintptr_t start, end;
};

static struct range ranges[MOST_RANGES];
static unsigned count;
static bool too_many;    /* ranges were excluded that are not kept */
static unsigned version; /* odd while somebody changes the ranges */

/* Whoever interrupted the one who changes them must not wait for it; then it is as if there were too many. */
static bool begin_change(void) {
  for (unsigned turn = 0; turn < MOST_TURNS; turn++) {
    unsigned before = __atomic_load_n(&version, __ATOMIC_RELAXED) & ~1u;
    if (__atomic_compare_exchange_n(&version, &before, before + 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) return true;
    __builtin_ia32_pause();
  }
  __atomic_store_n(&too_many, true, __ATOMIC_RELEASE);
  return false;
}

static void end_change(void) { __atomic_fetch_add(&version, 1, __ATOMIC_RELEASE); }

static void add(uintptr_t start, uintptr_t end) {
  if (count == MOST_RANGES) __atomic_store_n(&too_many, true, __ATOMIC_RELEASE);
  else ranges[count++] = (struct range){start, end};
}

static void exclude(uintptr_t start, uintptr_t end) {
  for (unsigned i = 0; i < count;) {
    if (ranges[i].start > end || ranges[i].end < start) {
      i++;
      continue;
    }
    if (ranges[i].start < start) start = ranges[i].start;
    if (ranges[i].end > end) end = ranges[i].end;
    ranges[i] = ranges[--count];
  }
  add(start, end);
}

static void include(uintptr_t start, uintptr_t end) {
  for (unsigned i = 0; i < count;) {
    struct range was = ranges[i];
    if (was.start >= end || was.end <= start) {
      i++;
      continue;
    }
    ranges[i] = ranges[--count];
    if (was.start < start) add(was.start, start);
    if (was.end > end) add(end, was.end);
  }
}

static void change(void (*how)(uintptr_t, uintptr_t), uintptr_t start, size_t size) {
  if (!size || start >= ADDRESS_LIMIT || size > ADDRESS_LIMIT - start || !begin_change()) return;
  how(start, (start + size + PAGE_MASK) & ~PAGE_MASK);
  end_change();
}

bool excluded_from_dumps(uintptr_t start, size_t size, bool unless_known) {
  bool found = false;
  for (unsigned turn = 0; turn < LOOKS; turn++) {
    unsigned before = __atomic_load_n(&version, __ATOMIC_ACQUIRE), among = __atomic_load_n(&count, __ATOMIC_RELAXED);
    for (unsigned i = 0; i < among && i < MOST_RANGES; i++)
      found |= ranges[i].start < start + size && start < ranges[i].end;
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (before & 1 || before != __atomic_load_n(&version, __ATOMIC_RELAXED)) continue;
    return found || (unless_known && __atomic_load_n(&too_many, __ATOMIC_ACQUIRE));
  }
  /* Somebody stopped in the middle of a change, maybe the very thread that dies: what was seen may be half of it. */
  return found || unless_known;
}

/* Before we know the modules: an allocator that another library brings may be that early. */
static int raw(void *start, size_t size, int advice) {
  int result = system_advise(start, size, advice);
  return result < 0 ? (errno = -result, -1) : 0;
}

/* Excluded a moment too early and included a moment too late: in between nothing is written that must not be. */
EXPORT int madvise(void *start, size_t size, int advice) {
  static int (*next)(void *, size_t, int);
  if (!next) next = (int (*)(void *, size_t, int))next_symbol("madvise");
  if (unlikely(advice == MADV_DONTDUMP)) change(exclude, (uintptr_t)start, size);
  int result = next ? next(start, size, advice) : raw(start, size, advice);
  if (unlikely(advice == MADV_DODUMP) && result == 0) change(include, (uintptr_t)start, size);
  return result;
}
