#include "causes.h"

#include "ledger.h"
#include "reserve.h"

/* Older ones are forgotten; they are searched only when two owners were found. */
#define KEPT 8192
#define WRITTEN 4

static struct kept {
  uint64_t turn; /* 1 + number of the release; 0: not written, or being written */
  struct wrong_release release;
} *kept;
static uint64_t turns;

static struct kept *table(void) { return reserve_once((void **)&kept, KEPT * sizeof *kept); }

void causes_note(const struct wrong_release *release) {
  struct kept *entries = table();
  if (!entries || !release->stack) return;
  uint64_t turn = __atomic_fetch_add(&turns, 1, __ATOMIC_RELAXED);
  struct kept *entry = &entries[turn % KEPT];
  __atomic_store_n(&entry->turn, 0, __ATOMIC_RELEASE);
  entry->release = *release;
  __atomic_store_n(&entry->turn, turn + 1, __ATOMIC_RELEASE);
}

static bool reaches(uintptr_t start, uint64_t size, uintptr_t low, uintptr_t high) {
  if (!start || start >= high) return false;
  return size == SIZE_UNKNOWN ? start >= low : size > low - start || start >= low;
}

/* By the size at birth or by the one that was stated: an allocator goes by either. */
static bool touches(const struct wrong_release *release, uintptr_t low, uintptr_t high) {
  return reaches(release->block, release->size, low, high) || reaches(release->pointer, release->given_size, low, high) ||
         (release->pointer >= low && release->pointer < high);
}

static void write_cause(const struct wrong_release *release) {
  struct record_cause *record = ledger_begin(RECORD_CAUSE, sizeof *record);
  if (!record) return;
  record->stack = release->stack;
  record->pointer = release->pointer;
  record->block = release->block;
  record->size = release->size;
  record->given_size = release->given_size;
  ledger_commit(record);
}

static uintptr_t end_of(const struct block *block) {
  return block->size == SIZE_UNKNOWN || !block->size ? block->start + 1 : block->start + block->size;
}

void causes_write(const struct block *live, const struct block *fresh) {
  struct kept *entries = __atomic_load_n(&kept, __ATOMIC_ACQUIRE);
  if (!entries || !live) return;
  uintptr_t low = live->start > fresh->start ? live->start : fresh->start;
  uintptr_t high = end_of(live) < end_of(fresh) ? end_of(live) : end_of(fresh);
  uint64_t newest = __atomic_load_n(&turns, __ATOMIC_RELAXED), oldest = newest > KEPT ? newest - KEPT : 0;
  unsigned written = 0;
  uint32_t last = 0;
  for (uint64_t turn = newest; turn-- > oldest && written < WRITTEN;) {
    const struct kept *entry = &entries[turn % KEPT];
    if (__atomic_load_n(&entry->turn, __ATOMIC_ACQUIRE) != turn + 1) continue;
    struct wrong_release release = entry->release;
    if (release.stack == last || !touches(&release, low, high)) continue;
    write_cause(&release);
    last = release.stack;
    written++;
  }
}
