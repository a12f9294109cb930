#include "ownership.h"

#include <string.h>

#include "call_site.h"
#include "findings.h"
#include "intercept.h"
#include "ledger.h"
#include "locate.h"
#include "modules.h"
#include "sites.h"
#include "worlds.h"

bool c_is_glibc, c_is_bypassed;

/* The block that an inner call of this thread handed out last: the outer call that
 * returns the same address re-tags it. Not a depth: operator new may throw. */
static THREAD_LOCAL void *handed_out;

/* A block that one of our own wrappers took straight from malloc for another world. */
static THREAD_LOCAL void *known_to_rest;

/* The block that a real release of this thread is working on: what it calls inside for
 * the same block (sized delete the plain one, reallocarray realloc) is no other release. */
static THREAD_LOCAL void *passing;

static uint32_t kind_of(uint32_t world) { return worlds[world].kind; }

static void uncount_birth(uint32_t world) {
  if (ledger_slot && ledger_slot->allocations[world]) ledger_slot->allocations[world]--;
}

static uint32_t world_at(uint32_t world, const struct call_place *place) {
  return world == WORLD_C ? c_world_of_call(place->return_address) : world;
}

static bool undetermined(uint32_t world) { return kind_of(world) == WORLD_KIND_UNDETERMINED; }
static bool is_c(uint32_t world) { return world == WORLD_C || undetermined(world); }

static bool on_c(const struct block *block) {
  return is_c(word_world(block->word)) || (block->word & WORD_ON_C);
}

static bool is_narrow(const struct block *block) {
  uint64_t size, alignment;
  return site_narrow(word_site(block->word), &size, &alignment);
}

void birth_begin(void) { handed_out = NULL; }

void birth_rests_on_c(void *pointer) { known_to_rest = pointer; }

static void report_two_owners(const struct block *live, const struct block *fresh, unsigned function,
                              const struct call_place *place) {
  struct finding finding = {
      .code = FINDING_TWO_OWNERS, .act = ACT_PERFORMED, .pointer = fresh->start, .block = fresh, .other = live,
      .given_size = SIZE_UNKNOWN, .birth_world = word_world(fresh->word), .release_world = word_world(fresh->word),
      .function = function, .place = place, .same_allocator = true,
  };
  finding_write(&finding);
}

/* A chunk that an arena lives in, not the same block under another name. */
static bool is_chunk_under(const struct block *inner, uint64_t size, uint64_t alignment) {
  return inner->size != SIZE_UNKNOWN && inner->size > 2 * size + 2 * (alignment == ALIGNMENT_UNKNOWN ? 16 : alignment) + 64;
}

void birth_end(void *pointer, uint64_t size, uint64_t alignment, uint32_t world, unsigned function,
               const struct call_place *place) {
  bool inner = handed_out == pointer;
  handed_out = pointer;
  if (!pointer) return;
  if (kind_of(world) == WORLD_KIND_RUST && alignment == 0) alignment = ALIGNMENT_UNKNOWN;
  uintptr_t start = (uintptr_t)pointer;
  struct block old;
  bool known = shadow_read(start, &old);
  uint32_t old_world = known ? word_world(old.word) : WORLD_NONE, old_state = known ? word_state(old.word) : STATE_NONE;
  bool base = world == WORLD_C; /* the c world rests on nothing that we see */
  bool rests = base;
  bool stacked = false, two_owners = false;
  if (inner && known && old_state == STATE_LIVE) {
    if (!base && is_c(old_world) && is_chunk_under(&old, size, alignment)) stacked = true;
    else rests = base || on_c(&old);
    uncount_birth(old_world);
  } else if (base) {
    two_owners = old_state == STATE_LIVE && on_c(&old) && !c_is_bypassed;
  } else if (old_state == STATE_LIVE) {
    if (is_c(old_world)) { /* the first piece of a chunk, or what a malloc on the short path gave */
      stacked = is_chunk_under(&old, size, alignment);
      rests = !stacked;
      if (rests) uncount_birth(old_world);
    }
    else two_owners = old_world == world && !worlds[world].dissolved;
    if (two_owners) rests = old.word & WORD_ON_C;
  } else if (old_state == STATE_PASSING) {
    rests = old.word & WORD_ON_C; /* kept by its allocator and handed out again */
  }
  if (known_to_rest == pointer) {
    two_owners = old_state == STATE_LIVE && on_c(&old) && !c_is_bypassed;
    stacked = false;
    rests = true;
  }
  known_to_rest = NULL;
  if (!rests && !base && known && (old.word & WORD_STACKED)) stacked = true; /* the arena's chunk is still under it */
  else if (stacked) shadow_push_under(&old);
  if (stacked) rests = false;
  worlds[world].rests_on_c |= rests;
  worlds[world].own_heap |= !rests;
  bool narrow = size <= 16 && !(rests && c_is_glibc) && !(start & 15);
  if (narrow && alignment > 16 && alignment != ALIGNMENT_UNKNOWN) alignment = 16;
  struct block block = {.start = start, .size = size, .alignment = alignment};
  block.word = site_word(place, function, world, rests && !base, narrow, size, alignment, start);
  if (stacked) block.word |= WORD_STACKED;
  if (two_owners) report_two_owners(&old, &block, function, place);
  shadow_write(&block, narrow);
  ledger_count_birth(word_world(block.word));
}

static void mark_freed(const struct block *block, uint32_t state, const struct call_place *place) {
  struct block freed = *block;
  freed.word = (freed.word & ~WORD_STATE) | state;
  if (state == STATE_FREED) shadow_write_freed(&freed, is_narrow(block), place->return_address);
  else shadow_set_word(block->start, freed.word);
}

/* The innermost functions of an allocator: no other one of ours is called inside. */
static bool is_base(unsigned function, uint32_t world) {
  enum family family = functions[function].family;
  return family == FAMILY_EMBEDDED || family == FAMILY_VENDOR || (is_c(world) && family == FAMILY_C);
}

/* After a release by this function, does an inner release of the same address follow? */
static uint32_t state_after(const struct block *block, const struct release *release) {
  if (is_base(release->function, release->world)) return STATE_FREED;
  bool inner = on_c(block) || worlds[word_world(block->word)].layered;
  return inner ? STATE_PASSING : STATE_FREED;
}

/* Of a world with inlined calls, what the shadow says of its own heap may be old. */
static bool may_be_stale(const struct block *block) {
  return worlds[word_world(block->word)].dissolved && !on_c(block);
}

/* Both sides end in the same allocator, which takes a block by its start alone. */
static bool same_allocator(const struct block *block, uint32_t world) {
  if (!on_c(block)) return false;
  return is_c(world) || (worlds[world].rests_on_c && !worlds[world].own_heap) ||
         ((world == WORLD_CXX || world == WORLD_CXX_ARRAY) && !worlds[world].own_heap);
}

/* Gives a block back to the allocator that it came from. False: nobody there to take it. */
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

static bool return_to_owner(const struct block *block, const struct call_place *place) {
  void *before = passing;
  passing = (void *)block->start;
  bool taken = hand_over(block, place);
  passing = before;
  return taken;
}

static void report(const struct release *release, uint32_t code, uint32_t act, const struct block *block, uint32_t where,
                   uint32_t where_module, bool same) {
  struct finding finding = {
      .code = code, .act = act, .pointer = (uintptr_t)release->pointer, .block = block,
      .given_size = release->size, .given_alignment = release->alignment,
      .birth_world = block ? word_world(block->word) : 0, .release_world = release->world,
      .function = release->function, .place = &release->place,
      .where = where, .where_module = where_module, .same_allocator = same,
  };
  finding_write(&finding);
}

/* faithful: the wrong call happens as it was made. */
static bool let_through(const struct release *release, const struct block *block) {
  if (block && block->start == (uintptr_t)release->pointer && word_state(block->word) == STATE_LIVE)
    mark_freed(block, STATE_FREED, &release->place);
  return true;
}

/* A pointer that no birth is known of. */
static bool release_unknown(const struct release *release) {
  uintptr_t address = (uintptr_t)release->pointer;
  struct place_in_memory place = locate(address, release->place.stack);
  struct block around;
  bool faithful = on_finding == ON_FINDING_FAITHFUL;
  uint32_t act = faithful ? ACT_PERFORMED : ACT_PREVENTED;
  bool rust = kind_of(release->world) == WORLD_KIND_RUST;
  if (worlds[release->world].dissolved) {
    ledger_count_unknown();
    return true;
  }
  bool blind = c_is_bypassed && !rust; /* what we take for live may be long gone */
  if (!blind && place.where != WHERE_UNMAPPED && shadow_covering(address, place.start, &around)) {
    report(release, FINDING_INVALID_FREE, act, &around, WHERE_INTERIOR, 0, false);
    return faithful && let_through(release, NULL);
  }
  bool seen_all = rust ? !worlds[release->world].dissolved : c_is_glibc && !c_is_bypassed;
  bool plausible = place.where == WHERE_MAPPED && (!seen_all || looks_like_glibc_chunk(address, &place));
  if (plausible || place.loader || ledger->untracked) {
    ledger_count_unknown();
    return true;
  }
  report(release, FINDING_INVALID_FREE, act, NULL, place.where, place.module, false);
  return faithful && let_through(release, NULL);
}

static bool release_again(const struct release *release, const struct block *block) {
  uintptr_t address = (uintptr_t)release->pointer;
  struct place_in_memory place = locate(address, release->place.stack);
  struct block around;
  bool faithful = on_finding == ON_FINDING_FAITHFUL;
  uint32_t act = faithful ? ACT_PERFORMED : ACT_PREVENTED;
  /* What we remember may be of an older block that has become the inside of a newer one. */
  if (place.where != WHERE_UNMAPPED && shadow_covering(address, place.start, &around)) {
    report(release, FINDING_INVALID_FREE, act, &around, WHERE_INTERIOR, 0, false);
  } else if ((c_is_bypassed && is_c(release->world)) || may_be_stale(block)) {
    ledger_count_unknown();
    return true;
  } else {
    report(release, FINDING_DOUBLE_FREE, act, block, WHERE_NONE, 0, on_c(block) && is_c(release->world));
  }
  return faithful && let_through(release, NULL);
}

static bool wrong_layout(const struct release *release, const struct block *block) {
  bool size = release->size != SIZE_UNKNOWN && block->size != SIZE_UNKNOWN && release->size != block->size;
  bool rust = kind_of(release->world) == WORLD_KIND_RUST;
  uint64_t born = block->alignment ? block->alignment : 1, given = release->alignment ? release->alignment : 1;
  if (may_be_stale(block)) return false;
  /* Rust's allocators are not always told the alignment. */
  if (rust && (born == ALIGNMENT_UNKNOWN || release->alignment == 0)) return size;
  bool cxx = kind_of(release->world) == WORLD_KIND_CXX || kind_of(release->world) == WORLD_KIND_CXX_ARRAY;
  /* operator new's alignment is a matter of which overload; malloc's free does not ask. */
  return size || ((rust || cxx) && born != given);
}

static bool is_c_or_cxx(uint32_t world) { return world == WORLD_C || world == WORLD_CXX || world == WORLD_CXX_ARRAY; }

static bool matches(uint32_t born, uint32_t released) {
  /* A module that goes around us may have called operator new unseen, of which we saw the malloc. */
  if (c_is_bypassed && is_c_or_cxx(born) && is_c_or_cxx(released)) return true;
  /* Copies of one C++ library in several modules, all over malloc: objects that cross are no fault. */
  bool cxx = kind_of(born) == WORLD_KIND_CXX || kind_of(born) == WORLD_KIND_CXX_ARRAY;
  if (cxx && kind_of(born) == kind_of(released) && !worlds[born].own_heap && !worlds[released].own_heap) return true;
  return born == released || kind_of(born) == WORLD_KIND_ANY || kind_of(released) == WORLD_KIND_ANY;
}

/* How the act of a cross-free is called when the block went to its owner. */
static uint32_t healed_act(bool same) { return same && c_is_glibc ? ACT_RETURNED : ACT_REDIRECTED; }

static bool release_foreign(const struct release *release, const struct block *block) {
  bool same = same_allocator(block, release->world);
  if (on_finding == ON_FINDING_FAITHFUL) {
    report(release, FINDING_CROSS_FREE, ACT_PERFORMED, block, WHERE_NONE, 0, same);
    return let_through(release, block);
  }
  report(release, FINDING_CROSS_FREE, healed_act(same), block, WHERE_NONE, 0, same);
  return_to_owner(block, &release->place);
  return false;
}

static bool judge_release(struct release *release) {
  void *pointer = release->pointer;
  if (!pointer) return true;
  struct block block;
  bool known = shadow_read((uintptr_t)pointer, &block);
  if (passing == pointer) {
    if (known && word_state(block.word) == STATE_PASSING && is_base(release->function, release->world))
      mark_freed(&block, STATE_FREED, &release->place);
    return true;
  }
  release->world = world_at(release->world, &release->place);
  if (!known) return release_unknown(release);
  uint32_t born = word_world(block.word);
  if (is_c(release->world) && !is_c(born) && (block.word & WORD_STACKED)) {
    /* The chunk under an arena goes back; the arena's pieces go with it. */
    struct block under;
    if (shadow_pop_under(block.start, &under)) block.word &= ~WORD_STACKED;
    mark_freed(&block, STATE_FREED, &release->place);
    return true;
  }
  switch (word_state(block.word)) {
    case STATE_PASSING:
      if (is_base(release->function, release->world)) {
        mark_freed(&block, STATE_FREED, &release->place);
        return true;
      }
      if (born == release->world && functions[release->function].family == FAMILY_RUST) return release_again(release, &block);
      return true;
    case STATE_FREED:
      return release_again(release, &block);
    default:
      break;
  }
  if (undetermined(born) || undetermined(release->world)) {
    pair_write(&block, release->world, release->function, &release->place);
    mark_freed(&block, state_after(&block, release), &release->place);
    return true;
  }
  if (!matches(born, release->world)) return release_foreign(release, &block);
  if (born == release->world && wrong_layout(release, &block)) {
    bool same = same_allocator(&block, release->world);
    bool faithful = on_finding == ON_FINDING_FAITHFUL;
    report(release, FINDING_LAYOUT_MISMATCH, faithful ? ACT_PERFORMED : healed_act(same), &block, WHERE_NONE, 0, same);
    /* Only the Rust shims take corrected numbers; the others have a release that asks for none. */
    if (!faithful && functions[release->function].family != FAMILY_RUST) {
      if (return_to_owner(&block, &release->place)) return false;
    } else if (!faithful) {
      if (release->size != SIZE_UNKNOWN) release->size = block.size;
      if (block.alignment != ALIGNMENT_UNKNOWN)
        release->alignment = block.alignment ? block.alignment : release->alignment ? 1 : 0;
    }
  }
  mark_freed(&block, state_after(&block, release), &release->place);
  return true;
}

bool release_begin(struct release *release) {
  bool call = judge_release(release);
  release->passed_before = passing;
  if (call) passing = release->pointer;
  return call;
}

void release_end(const struct release *release) { passing = release->passed_before; }

static void *allocate_in(uint32_t world, uint64_t size, uint64_t alignment) {
  if (worlds[world].kind == WORLD_KIND_RUST && worlds[world].rust_alloc)
    return worlds[world].rust_alloc(size, alignment ? alignment : 1);
  if (worlds[world].plain_allocate) return worlds[world].plain_allocate(size);
  return real_malloc(size);
}

/* Heals a reallocation through the wrong world: a new block of the caller's world, the old one to its owner. */
static void *move_block(struct reallocation *call, const struct block *block) {
  const struct release *old = &call->old;
  if (call->new_size == 0) {
    return_to_owner(block, &old->place);
    return NULL;
  }
  birth_begin();
  void *fresh = allocate_in(old->world, call->new_size, call->new_alignment);
  birth_end(fresh, call->new_size, call->new_alignment, old->world, old->function, &old->place);
  if (!fresh) return NULL;
  uint64_t bytes = block->size < call->new_size ? block->size : call->new_size;
  memcpy(fresh, (const void *)block->start, bytes);
  return_to_owner(block, &old->place);
  return fresh;
}

bool reallocate_begin(struct reallocation *call, void **result) {
  struct release *old = &call->old;
  call->tracked = false;
  old->passed_before = passing;
  if (!old->pointer || passing == old->pointer) {
    birth_begin();
    return true;
  }
  old->world = world_at(old->world, &old->place);
  struct block block;
  bool known = shadow_read((uintptr_t)old->pointer, &block);
  uint32_t born = known ? word_world(block.word) : WORLD_NONE;
  bool faithful = on_finding == ON_FINDING_FAITHFUL;
  *result = NULL;
  if (!known) {
    if (!release_unknown(old)) return false;
  } else if (word_state(block.word) == STATE_FREED) {
    if (!release_again(old, &block)) return false;
  } else if (word_state(block.word) == STATE_LIVE) {
    bool pair = undetermined(born) || undetermined(old->world);
    if (pair) {
      pair_write(&block, old->world, old->function, &old->place);
    } else if (!matches(born, old->world) && !(is_c(old->world) && (block.word & WORD_STACKED))) {
      bool same = same_allocator(&block, old->world);
      report(old, FINDING_CROSS_FREE, faithful ? ACT_PERFORMED : healed_act(same), &block, WHERE_NONE, 0, same);
      if (!faithful) {
        *result = move_block(call, &block);
        return false;
      }
    } else if (born == old->world && wrong_layout(old, &block)) {
      bool same = same_allocator(&block, old->world);
      report(old, FINDING_LAYOUT_MISMATCH, faithful ? ACT_PERFORMED : healed_act(same), &block, WHERE_NONE, 0, same);
      if (!faithful) {
        if (old->size != SIZE_UNKNOWN) old->size = block.size;
        if (block.alignment != ALIGNMENT_UNKNOWN) old->alignment = block.alignment ? block.alignment : 1;
      }
    }
  }
  if (known) {
    call->tracked = true;
    call->before = block;
    call->narrow = is_narrow(&block);
    /* Before the call: another thread may be given the old address while we are inside. */
    struct block moving = block;
    moving.word = (block.word & ~WORD_STATE) | state_after(&block, old);
    if (word_state(moving.word) == STATE_FREED) shadow_write_freed(&moving, call->narrow, old->place.return_address);
    else shadow_set_word(block.start, moving.word);
  }
  passing = old->pointer;
  birth_begin();
  return true;
}

void reallocate_end(struct reallocation *call, void *result) {
  const struct release *old = &call->old;
  passing = old->passed_before;
  if (!result) {
    /* A size of zero gave the block back; anything else failed and left it alone. */
    if (call->tracked && call->new_size != 0) shadow_write(&call->before, call->narrow);
    return;
  }
  uint32_t world = undetermined(old->world) ? WORLD_C : old->world;
  birth_end(result, call->new_size, call->new_alignment, world, old->function, &old->place);
}
