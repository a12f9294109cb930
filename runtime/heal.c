/* Sends a block where it belongs, whoever was asked to take it. */
#include <string.h>

#include "block_rules.h"
#include "modules.h"

static bool hand_over(const struct block *block, const struct call_place *place) {
  uint32_t owner = word_world(block->word);
  const struct world *world = &worlds[owner];
  uint64_t alignment = block->alignment && block->alignment != ALIGNMENT_UNKNOWN ? block->alignment : 1;
  uint32_t state = on_c(block) || world->layered ? STATE_PASSING : STATE_FREED;
  if (is_c(owner)) {
    mark_freed(block, STATE_FREED, place);
    real_free((void *)block->start);
    return true;
  }
  if (world->kind == WORLD_KIND_RUST && world->rust_dealloc && block->size != SIZE_UNKNOWN) {
    mark_freed(block, state, place);
    world->rust_dealloc((void *)block->start, block->size, alignment);
    return true;
  }
  if (world->plain_release) {
    mark_freed(block, state, place);
    world->plain_release((void *)block->start);
    return true;
  }
  return false;
}

bool return_to_owner(const struct block *block, const struct call_place *place) {
  struct passing before = passing;
  passing = (struct passing){(void *)block->start, place->return_address};
  bool taken = hand_over(block, place);
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

void *move_block(struct reallocation *call, const struct block *block) {
  const struct release *old = &call->old;
  if (call->new_size == 0) {
    return_to_owner(block, &old->place);
    return NULL;
  }
  void *fresh = copy_block(call, block->size);
  if (fresh) return_to_owner(block, &old->place);
  return fresh;
}
