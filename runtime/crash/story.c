#include "story.h"

#include "../block_table.h"

static bool covers(const struct block *block, uintptr_t address) {
  return block->size != SIZE_UNKNOWN && address - block->start < (block->size ? block->size : 1);
}

static bool just_past(const struct block *block, uintptr_t address) {
  return block->size != SIZE_UNKNOWN && address - block->start - block->size < PAST_END;
}

bool shadow_story(uintptr_t address, uintptr_t reach, struct block *block) {
  if (address >= ADDRESS_LIMIT || address < 4096) return false;
  uintptr_t low = address > reach ? address - reach : 0;
  bool near = false;
  struct block found;
  for (uintptr_t at = address & ~(uintptr_t)15; at > low; at -= 16) {
    if (!shadow_has_leaf(at)) {
      uintptr_t region = (at >> REGION_SHIFT) << REGION_SHIFT;
      if (!region) break;
      at = region; /* one step back from here is the region below */
      continue;
    }
    if (!shadow_read_leaves(at, &found)) continue;
    if (covers(&found, address)) {
      *block = found;
      return true;
    }
    if (!near && just_past(&found, address)) {
      near = true;
      *block = found;
    }
  }
  return near;
}
