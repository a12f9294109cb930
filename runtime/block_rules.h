/* Small questions about blocks and worlds that births and releases share. */
#ifndef CROSSFREE_BLOCK_RULES_H
#define CROSSFREE_BLOCK_RULES_H

#include "call_site.h"
#include "entries.h"
#include "ownership.h"
#include "sites.h"
#include "worlds.h"

static inline uint32_t kind_of(uint32_t world) { return worlds[world].kind; }
static inline bool undetermined(uint32_t world) { return kind_of(world) == WORLD_KIND_UNDETERMINED; }
static inline bool is_c(uint32_t world) { return world == WORLD_C || world == WORLD_LOOSE || undetermined(world); }

/* Whether blocks of this world may be handed out and taken back past us. All shims of a language are its only way. */
static inline bool comes_unseen(uint32_t world) {
  if (c_sight == SIGHT_WHOLE) return false;
  switch (kind_of(world)) {
    case WORLD_KIND_RUST: return worlds[world].dissolved;
    case WORLD_KIND_CXX:
    case WORLD_KIND_CXX_ARRAY: return cxx_in_allocator;
    default: return true;
  }
}

static inline bool on_c(const struct block *block) {
  return is_c(word_world(block->word)) || (block->word & WORD_ON_C);
}

static inline uint32_t world_at(uint32_t world, const struct call_place *place) {
  if (world != WORLD_C && world != WORLD_LOOSE) return world;
  uint32_t of_call = c_world_of_call(place->return_address);
  return of_call == WORLD_C ? world : of_call;
}

/* The block that an inner call of this thread handed out last: the outer call that
 * returns the same address re-tags it. Not a depth: operator new may throw. Kept as no
 * pointer: whoever looks for leaks scans this memory, and would take the block for reachable. */
extern THREAD_LOCAL uintptr_t handed_out HIDDEN;
static inline uintptr_t no_pointer(const void *pointer) { return -(uintptr_t)pointer; }

/* The block that a real release of this thread is working on: what it calls inside for
 * the same block (sized delete the plain one, reallocarray realloc) is no other release. */
extern THREAD_LOCAL struct passing passing HIDDEN;

/* What the shadow knows of the block that is released; false: nothing. Of several releases at one instant a single one
 * finds it live (or passing, and is the one to take it for good), and has taken it then: it is marked as released. */
bool release_look(const struct release *release, struct block *block);

/* The chunk under an arena goes back; the arena's pieces go with it. */
bool frees_chunk(const struct release *release, const struct block *block);

/* Of a block that is taken: what takes it for good is still to come, if that is its state; or it is not released after all. */
void settle(struct block *block, uint32_t state);
void give_back(struct block *block);

/* The innermost functions of an allocator: no other one of ours is called inside. */
bool is_base(unsigned function, uint32_t world);

/* After a release by this function, does an inner release of the same address follow? */
uint32_t state_after(const struct block *block, const struct release *release);

bool worlds_match(uint32_t born, uint32_t released);

/* Whether this release may take a block of that world. */
bool takes(const struct release *release, uint32_t born);
bool wrong_layout(const struct release *release, const struct block *block);

/* Both sides end in the same allocator, which takes a block by its start alone. */
bool same_allocator(const struct block *block, uint32_t world);

/* The block came from another allocator than the one that this world releases to. */
bool elsewhere(const struct block *block, uint32_t world);

/* How the act is called when the block went to its owner. */
uint32_t healed_act(bool same);

void report_release(const struct release *release, uint32_t code, uint32_t act, const struct block *block, uint32_t where,
                    uint32_t where_module, bool same);

/* The same where it may be no fault, so that the call is made as it stands. */
void report_doubtful(const struct release *release, uint32_t code, const struct block *block, bool same);

/* Judge a pointer of which no birth, or a release already, is known. True: make the real call. */
bool release_unknown(const struct release *release);
bool is_released(const struct release *release, const struct block *block);
bool release_again(const struct release *release, const struct block *block);

/* Gives a block back to the allocator that it came from. False: nobody there to take it. */
bool return_to_owner(struct block *block, const struct call_place *place);

/* Whether move_block can make the new block. */
bool can_allocate_in(uint32_t world);

/* A new block of the caller's world that begins with as many of the old one's bytes as fit; NULL: no memory. */
void *copy_block(struct reallocation *call, uint64_t old_size);

/* Heals a reallocation through the wrong world: a new block of the caller's world, the old one to its owner. */
void *move_block(struct reallocation *call, struct block *block);

#endif
