/* Taking a block: what of several releases at one instant lets a single one through. */
#include "block_rules.h"
#include "ends.h"
#include "fast.h"

bool frees_chunk(const struct release *release, const struct block *block) {
  return passing.block != release->pointer && is_c(release->world) && !is_c(word_world(block->word)) && block->word & WORD_STACKED;
}

static bool can_take(const struct release *release, const struct block *block) {
  uint32_t state = word_state(block->word);
  if (state == STATE_PASSING) return is_base(release->function, release->world);
  return state == STATE_LIVE && passing.block != release->pointer;
}

static bool take(const struct release *release, struct block *block, uint32_t dropped) {
  bool inner = passing.block == release->pointer;
  uint32_t taken_word = (block->word & ~(WORD_STATE | dropped)) | STATE_FREED;
  if (!shadow_change(block, end_of(taken_word, inner ? passing.return_address : release->place.return_address))) return false;
  if (inner) passing.is_due = false;
  return true;
}

#define BIRTH_PAUSES 16

/* The word of a narrow block that is being born is none for an instant. */
static bool read_patiently(uintptr_t address, struct block *block) {
  if (shadow_read(address, block)) return true;
  if (*fast.alone) return false;
  for (unsigned i = 0; i < BIRTH_PAUSES; i++) __builtin_ia32_pause();
  return shadow_read(address, block);
}

bool release_look(const struct release *release, struct block *block) {
  bool chunk, taken;
  do {
    if (!read_patiently((uintptr_t)release->pointer, block)) return false;
    chunk = frees_chunk(release, block);
    taken = chunk || can_take(release, block);
  } while (taken && !take(release, block, chunk ? WORD_STACKED : 0)); /* another thread was quicker */
  return true;
}

void settle(struct block *block, uint32_t state) {
  if (state == STATE_PASSING) shadow_change(block, (block->word & ~WORD_STATE) | state);
}

void give_back(struct block *block) { shadow_change(block, block->word); }
