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
