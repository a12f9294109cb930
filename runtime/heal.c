/* Sends a block where it belongs, whoever was asked to take it. */
#include <string.h>

#include "block_rules.h"
#include "modules.h"

static void settle_inside(struct block *block, uint32_t state) {
  settle(block, state);
  passing.is_due = state == STATE_PASSING;
}

static bool hand_over(struct block *block) {
  uint32_t owner = word_world(block->word);
  const struct world *world = &worlds[owner];
  uint64_t alignment = block->alignment && block->alignment != ALIGNMENT_UNKNOWN ? block->alignment : 1;
  uint32_t state = on_c(block) || world->layered ? STATE_PASSING : STATE_FREED;
  if (is_c(owner)) {
    real_free((void *)block->start);
    return true;
  }
  if (world->kind == WORLD_KIND_RUST && world->rust_dealloc && block->size != SIZE_UNKNOWN) {
    settle_inside(block, state);
    world->rust_dealloc((void *)block->start, block->size, alignment);
    return true;
  }
  if (world->plain_release) {
    settle_inside(block, state);
    world->plain_release((void *)block->start);
    return true;
  }
  return false;
}

bool return_to_owner(struct block *block, const struct call_place *place) {
  struct passing before = passing;
  passing = (struct passing){(void *)block->start, place->return_address, false};
  bool taken = hand_over(block);
  passing = before;
  return taken;
}

/* c is always there; another world only if one of its allocating functions is known. */
bool can_allocate_in(uint32_t world) {
  return is_c(world) || worlds[world].rust_alloc || worlds[world].plain_allocate;
}

static void *allocate_in(uint32_t world, uint64_t size, uint64_t alignment) {
  if (worlds[world].kind == WORLD_KIND_RUST && worlds[world].rust_alloc)
    return worlds[world].rust_alloc(size, alignment ? alignment : 1);
  if (worlds[world].plain_allocate) return worlds[world].plain_allocate(size);
  return real_malloc(size);
}

void *copy_block(struct reallocation *call, uint64_t old_size) {
  const struct release *old = &call->old;
  birth_begin();
  void *fresh = allocate_in(old->world, call->new_size, call->new_alignment);
  birth_end(fresh, call->new_size, call->new_alignment, old->world, old->function, &old->place);
  if (fresh) memcpy(fresh, old->pointer, old_size < call->new_size ? old_size : call->new_size);
  return fresh;
}

void *move_block(struct reallocation *call, struct block *block) {
  const struct release *old = &call->old;
  void *fresh = call->new_size ? copy_block(call, block->size) : NULL;
  bool gone = (fresh || call->new_size == 0) && return_to_owner(block, &old->place);
  if (!gone) give_back(block);
  return fresh;
}
