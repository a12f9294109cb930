/* A block is taken back and another one handed out, in one call. */
#include "block_rules.h"
#include "findings.h"
#include "modules.h"
#include "pairs.h"

bool reallocate_begin(struct reallocation *call, void **result) {
  struct release *old = &call->old;
  call->tracked = false;
  old->passed_before = passing;
  bool inner = old->pointer && passing.block == old->pointer;
  if (!inner) old->world = world_at(old->world, &old->place);
  struct block block = {.seen = STATE_NONE};
  /* Before the call: another thread may be given the old address while we are inside. */
  bool known = old->pointer && release_look(old, &block);
  if (inner || !old->pointer) {
    bool late = inner && known && passing.is_due && word_state(block.word) == STATE_FREED && is_base(old->function, old->world);
    *result = NULL;
    if (late && !release_again(old, &block)) return false;
    call->tracked = inner && known && word_state(block.word) == STATE_PASSING && word_state(block.seen) == STATE_FREED;
    call->before = block;
    birth_begin();
    return true;
  }
  uint32_t born = known ? word_world(block.word) : WORLD_NONE;
  bool faithful = on_finding == ON_FINDING_FAITHFUL || !can_allocate_in(old->world);
  *result = NULL;
  if (!known) {
    if (!release_unknown(old)) return false;
  } else if (is_released(old, &block)) {
    if (!release_again(old, &block)) return false;
  } else if (word_state(block.word) == STATE_LIVE) {
    bool pair = undetermined(born) || undetermined(old->world);
    if (pair) {
      pair_write(&block, old->world, old->function, &old->place);
      if (elsewhere(&block, old->world) && can_allocate_in(old->world)) {
        *result = move_block(call, &block);
        return false;
      }
    } else if (!takes(old, born) && !(is_c(old->world) && (block.word & WORD_STACKED))) {
      bool same = same_allocator(&block, old->world);
      bool doubt = comes_unseen(born) && comes_unseen(old->world);
      if (doubt) report_doubtful(old, FINDING_CROSS_FREE, &block, same);
      else report_release(old, FINDING_CROSS_FREE, faithful ? ACT_PERFORMED : healed_act(same), &block, WHERE_NONE, 0, same);
      if (!faithful && !doubt) {
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
  if (known && word_state(block.word) == STATE_LIVE) settle(&block, state_after(&block, old));
  call->tracked = block.seen != STATE_NONE && word_state(block.word) != STATE_FREED;
  call->before = block;
  passing = (struct passing){old->pointer, old->place.return_address, word_state(block.seen) == STATE_PASSING};
  birth_begin();
  return true;
}

void reallocate_end(struct reallocation *call, void *result) {
  const struct release *old = &call->old;
  passing = old->passed_before;
  if (!result) {
    /* A size of zero gave the block back; anything else failed and left it alone. */
    if (call->tracked && call->new_size != 0) give_back(&call->before);
    return;
  }
  uint32_t world = undetermined(old->world) ? WORLD_C : old->world;
  birth_end(result, call->new_size, call->new_alignment, world, old->function, &old->place);
}
