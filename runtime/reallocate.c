/* A block is taken back and another one handed out, in one call. */
#include "block_rules.h"
#include "findings.h"
#include "modules.h"
#include "pairs.h"

bool reallocate_begin(struct reallocation *call, void **result) {
  struct release *old = &call->old;
  call->tracked = false;
  old->passed_before = passing;
  if (!old->pointer || passing.block == old->pointer) {
    birth_begin();
    return true;
  }
  old->world = world_at(old->world, &old->place);
  struct block block;
  bool known = shadow_read((uintptr_t)old->pointer, &block);
  uint32_t born = known ? word_world(block.word) : WORLD_NONE;
  bool faithful = on_finding == ON_FINDING_FAITHFUL || !can_allocate_in(old->world);
  *result = NULL;
  if (!known) {
    if (!release_unknown(old)) return false;
  } else if (word_state(block.word) == STATE_FREED) {
    if (!release_again(old, &block)) return false;
  } else if (word_state(block.word) == STATE_LIVE) {
    bool pair = undetermined(born) || undetermined(old->world);
    if (pair) {
      pair_write(&block, old->world, old->function, &old->place);
      if (elsewhere(&block, old->world) && can_allocate_in(old->world)) {
        *result = move_block(call, &block);
        return false;
      }
    } else if (!worlds_match(born, old->world) && !(is_c(old->world) && (block.word & WORD_STACKED))) {
      bool same = same_allocator(&block, old->world);
      report_release(old, FINDING_CROSS_FREE, faithful ? ACT_PERFORMED : healed_act(same), &block, WHERE_NONE, 0, same);
      if (!faithful) {
        *result = move_block(call, &block);
        return false;
      }
    } else if (elsewhere(&block, old->world) && can_allocate_in(old->world)) {
      *result = move_block(call, &block);
      return false;
    } else if (born == old->world && wrong_layout(old, &block)) {
      bool same = same_allocator(&block, old->world);
      report_release(old, FINDING_LAYOUT_MISMATCH, faithful ? ACT_PERFORMED : healed_act(same), &block, WHERE_NONE, 0, same);
      if (!faithful) {
        if (old->size != SIZE_UNKNOWN) old->size = block.size;
        if (block.alignment != ALIGNMENT_UNKNOWN) old->alignment = block.alignment ? block.alignment : 1;
      }
    }
  }
  if (known) {
    call->tracked = true;
    call->before = block;
    /* Before the call: another thread may be given the old address while we are inside. */
    mark_freed(&block, state_after(&block, old), &old->place);
  }
  passing = (struct passing){old->pointer, old->place.return_address};
  birth_begin();
  return true;
}

void reallocate_end(struct reallocation *call, void *result) {
  const struct release *old = &call->old;
  passing = old->passed_before;
  if (!result) {
    /* A size of zero gave the block back; anything else failed and left it alone. */
    if (call->tracked && call->new_size != 0) shadow_set_word(&call->before, call->before.word);
    return;
  }
  uint32_t world = undetermined(old->world) ? WORLD_C : old->world;
  birth_end(result, call->new_size, call->new_alignment, world, old->function, &old->place);
}
