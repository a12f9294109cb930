#include "overlaps.h"

#include "arrangement.h"
#include "worlds.h"

bool overlaps_wanted HIDDEN;

#define WINDOW 4096

/* Its start, unless a release of another thread is at work on it. */
static bool live_at(uintptr_t at, uint32_t heap, struct block *block) {
  struct block again;
  if (!shadow_read(at, block) || word_state(block->word) != STATE_LIVE || block->size == SIZE_UNKNOWN) return false;
  if (heap_of_block(block) != heap || worlds[word_world(block->word)].dissolved) return false;
  return shadow_read(at, &again) && again.word == block->word && again.size == block->size;
}

void overlaps_each(const struct block *fresh, void (*found)(const struct block *, const struct block *, void *), void *data) {
  uint32_t heap = heap_of_block(fresh);
  if (!heap || fresh->size == SIZE_UNKNOWN || worlds[word_world(fresh->word)].dissolved) return;
  struct block live;
  uintptr_t first = fresh->start & ~(uintptr_t)15, low = first > WINDOW ? first - WINDOW : 0;
  for (uintptr_t at = first; at > low; at -= 16) {
    if (at == fresh->start || !live_at(at, heap, &live)) continue;
    if (live.start + live.size > fresh->start) found(&live, fresh, data);
    break;
  }
  uintptr_t end = fresh->start + (fresh->size < WINDOW ? fresh->size : WINDOW);
  for (uintptr_t at = first + 16; at < end; at += 16)
    if (live_at(at, heap, &live)) found(&live, fresh, data);
}

#define REMEMBERED 256

static struct range { uintptr_t start, end; } doubly_owned[REMEMBERED];
static unsigned remembered;

void overlaps_remember(const struct block *live, const struct block *fresh) {
  if (live->size == SIZE_UNKNOWN || fresh->size == SIZE_UNKNOWN) return;
  uintptr_t live_end = live->start + live->size, fresh_end = fresh->start + fresh->size;
  struct range *range = &doubly_owned[__atomic_fetch_add(&remembered, 1, __ATOMIC_RELAXED) % REMEMBERED];
  __atomic_store_n(&range->start, live->start < fresh->start ? live->start : fresh->start, __ATOMIC_RELAXED);
  __atomic_store_n(&range->end, live_end > fresh_end ? live_end : fresh_end, __ATOMIC_RELAXED);
}

bool overlaps_doubly_owned(uintptr_t address) {
  for (unsigned i = 0; i < REMEMBERED && i < remembered; i++)
    if (address >= doubly_owned[i].start && address < doubly_owned[i].end) return true;
  return false;
}
