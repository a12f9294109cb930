#include "overlaps.h"

#include "arrangement.h"
#include "extents.h"
#include "worlds.h"

bool overlaps_wanted HIDDEN;

/* What a birth is compared with, at most: an allocator that hands out the same memory to everybody is known by less. */
#define MOST_FOUND 32

struct search {
  const struct block *fresh;
  uint32_t heap;
  overlap_found *found;
  void *data;
  unsigned count;
};

/* Its start, unless a release of another thread is at work on it. */
static bool live_at(uintptr_t at, uint32_t heap, struct block *block) {
  struct block again;
  if (!shadow_read(at, block) || word_state(block->word) != STATE_LIVE || block->size == SIZE_UNKNOWN) return false;
  if (heap_of_block(block) != heap || worlds[word_world(block->word)].dissolved) return false;
  return shadow_read(at, &again) && again.word == block->word && again.size == block->size;
}

static void tell(struct search *search, const struct block *live) {
  search->count++;
  search->found(live, search->fresh, search->data);
}

/* The nearest live block that begins before it: of those that begin in one page or less before, only that one can reach. */
static void look_before(struct search *search, uintptr_t low) {
  uintptr_t start = search->fresh->start;
  struct block live;
  for (uintptr_t page = start & ~(uintptr_t)(EXTENT_PAGE - 1);; page -= EXTENT_PAGE) {
    if (extents_page_used(page)) {
      uintptr_t last = start - page < EXTENT_PAGE ? start & ~(uintptr_t)15 : page + EXTENT_PAGE - 16;
      for (uintptr_t granule = last; granule >= page && granule >= low; granule -= 16) {
        for (unsigned offsets = extents_starts_in(granule); offsets;) {
          unsigned offset = 31 - (unsigned)__builtin_clz(offsets);
          offsets &= ~(1u << offset);
          if (granule + offset >= start || !live_at(granule + offset, search->heap, &live)) continue;
          if (live.start + live.size > start) tell(search, &live);
          return;
        }
        if (granule < 16) return;
      }
    }
    if (page <= low || page == 0) return;
  }
}

/* Larger ones that begin farther away. */
static void look_for_large(struct search *search, uintptr_t low) {
  uintptr_t starts[EXTENT_CANDIDATES];
  struct block live;
  unsigned count = extents_large_at(search->fresh->start, starts);
  for (unsigned i = 0; i < count; i++)
    if (starts[i] < low && live_at(starts[i], search->heap, &live) && live.start + live.size > search->fresh->start) {
      tell(search, &live);
      return;
    }
}

/* Those that begin inside of it. */
static void look_inside(struct search *search) {
  uintptr_t start = search->fresh->start, end = start + search->fresh->size;
  struct block live;
  for (uintptr_t page = extents_next_page(start, end); page < end; page = extents_next_page(page + EXTENT_PAGE, end)) {
    bool whole = page >= start && page + EXTENT_PAGE <= end, used = !whole;
    uintptr_t last = page + EXTENT_PAGE < end ? page + EXTENT_PAGE : end;
    for (uintptr_t granule = page > start ? page : start & ~(uintptr_t)15; granule < last; granule += 16) {
      for (unsigned offsets = extents_starts_in(granule); offsets; offsets &= offsets - 1) {
        uintptr_t at = granule + (unsigned)__builtin_ctz(offsets);
        if (at <= start || at >= end || !shadow_read(at, &live)) continue;
        used |= word_state(live.word) != STATE_FREED;
        if (word_state(live.word) != STATE_LIVE || !live_at(at, search->heap, &live)) continue;
        tell(search, &live);
        if (search->count >= MOST_FOUND) return;
      }
    }
    if (!used) extents_forget_page(page);
  }
}

void overlaps_each(const struct block *fresh, overlap_found *found, void *data) {
  struct search search = {fresh, heap_of_block(fresh), found, data, 0};
  if (!search.heap || fresh->size == SIZE_UNKNOWN || worlds[word_world(fresh->word)].dissolved) return;
  uintptr_t low = fresh->start > EXTENT_PAGE ? fresh->start - EXTENT_PAGE : 0;
  look_before(&search, low);
  if (search.count == 0) look_for_large(&search, low);
  look_inside(&search);
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
