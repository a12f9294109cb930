/* A block is taken back: who may, and what happens when another one does. */
#include "arrangement.h"
#include "block_rules.h"
#include "ends.h"
#include "findings.h"
#include "intercept.h"
#include "ledger.h"
#include "locate.h"
#include "modules.h"
#include "overlaps.h"
#include "pairs.h"

THREAD_LOCAL struct passing passing;

bool is_base(unsigned function, uint32_t world) {
  enum family family = functions[function].family;
  return family == FAMILY_EMBEDDED || family == FAMILY_VENDOR || (is_c(world) && family == FAMILY_C);
}

uint32_t state_after(const struct block *block, const struct release *release) {
  if (is_base(release->function, release->world)) return STATE_FREED;
  bool inner = on_c(block) || worlds[word_world(block->word)].layered;
  return inner ? STATE_PASSING : STATE_FREED;
}

/* Of a world with inlined calls, what the shadow says of its own heap may be old. */
static bool may_be_stale(const struct block *block) {
  return worlds[word_world(block->word)].dissolved && !on_c(block);
}

bool same_allocator(const struct block *block, uint32_t world) {
  if (arranged) return heap_of_block(block) && heap_of_block(block) == heap_of_world(world);
  if (!on_c(block)) return false;
  return is_c(world) || (worlds[world].rests_on_c && !worlds[world].own_heap) ||
         ((world == WORLD_CXX || world == WORLD_CXX_ARRAY) && !worlds[world].own_heap);
}

void report_release(const struct release *release, uint32_t code, uint32_t act, const struct block *block, uint32_t where,
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

void report_doubtful(const struct release *release, uint32_t code, const struct block *block, bool same) {
  struct finding finding = {
      .code = code, .act = ACT_PERFORMED, .pointer = (uintptr_t)release->pointer, .block = block,
      .given_size = release->size, .given_alignment = release->alignment,
      .birth_world = word_world(block->word), .release_world = release->world,
      .function = release->function, .place = &release->place, .same_allocator = same, .doubt = true,
  };
  finding_write(&finding);
}

/* The allocator has handed out so many blocks unseen that one more is no news. */
#define USUAL 64

/* Whether a pointer of which no birth is known can only be such a block, without a look at where it lies. */
static bool usual_unseen(const struct release *release) {
  static unsigned seen;
  if (c_sight != SIGHT_PARTIAL || !comes_unseen(release->world)) return false;
  uintptr_t address = (uintptr_t)release->pointer, high = ledger_slot ? (uintptr_t)ledger_slot->stack_high : 0;
  bool on_stack = address >= release->place.stack && address < high;
  if (__atomic_load_n(&seen, __ATOMIC_RELAXED) < USUAL) {
    __atomic_fetch_add(&seen, 1, __ATOMIC_RELAXED);
    return false;
  }
  return !on_stack && !module_at(address);
}

#define NEAR ((uintptr_t)1 << 20)
#define FAR ((uintptr_t)64 << 20)
#define FAR_SEARCHES 64 /* they take milliseconds */

/* The live block around an address, looked for from `low` on; 0: as far back as is worth it. */
static bool lies_in_block(uintptr_t address, uintptr_t low, struct block *around) {
  static unsigned searches;
  uintptr_t reach = __atomic_add_fetch(&searches, 1, __ATOMIC_RELAXED) <= FAR_SEARCHES ? FAR : NEAR;
  if (!low && address > reach) low = address - reach;
  return shadow_covering(address, low, around);
}

/* A pointer that no birth is known of. */
bool release_unknown(const struct release *release) {
  if (usual_unseen(release)) {
    ledger_count_unknown();
    return !release_to_base(release);
  }
  uintptr_t address = (uintptr_t)release->pointer;
  struct place_in_memory place = locate(address, release->place.stack);
  struct block around;
  bool faithful = on_finding == ON_FINDING_FAITHFUL;
  uint32_t act = faithful ? ACT_PERFORMED : ACT_PREVENTED;
  bool rust = kind_of(release->world) == WORLD_KIND_RUST;
  if (worlds[release->world].dissolved || (faithful && overlaps_doubly_owned(address))) {
    ledger_count_unknown();
    return true;
  }
  bool blind = (c_is_bypassed && !rust) || comes_unseen(release->world); /* what we take for live may be long gone */
  if (!blind && place.where != WHERE_UNMAPPED && lies_in_block(address, place.start, &around)) {
    report_release(release, FINDING_INVALID_FREE, act, &around, WHERE_INTERIOR, 0, false);
    return faithful;
  }
  bool seen_all = rust ? !worlds[release->world].dissolved : c_is_glibc && !c_is_bypassed;
  if (seen_all && !ledger->untracked) locate_further(address, release->place.stack, &place);
  bool own = place.where == WHERE_STATIC && place.module == own_allocator_module && comes_unseen(release->world);
  bool plausible = own || place.where == WHERE_UNKNOWN ||
                   (place.where == WHERE_MAPPED && (!seen_all || (!shadow_excludes(address) && looks_like_glibc_chunk(address, &place))));
  if (plausible || place.loader || ledger->untracked) {
    ledger_count_unknown();
    return !release_to_base(release);
  }
  report_release(release, FINDING_INVALID_FREE, act, NULL, place.where, place.module, false);
  return faithful;
}

static bool judge_again(const struct release *release, const struct block *block) {
  bool unseen = comes_unseen(release->world); /* since its first release it may have been handed out again */
  if (unseen && c_sight == SIGHT_PARTIAL) {
    ledger_count_unknown();
    return true;
  }
  if (unseen && !may_be_stale(block) && !c_is_bypassed) {
    report_doubtful(release, FINDING_DOUBLE_FREE, block, on_c(block) && is_c(release->world));
    return true;
  }
  uintptr_t address = (uintptr_t)release->pointer;
  struct block around;
  bool faithful = on_finding == ON_FINDING_FAITHFUL;
  uint32_t act = faithful ? ACT_PERFORMED : ACT_PREVENTED;
  if (faithful && overlaps_doubly_owned(address)) { /* each of its owners gives it back once */
    ledger_count_unknown();
    return true;
  }
  /* What we remember may be of an older block that has become the inside of a newer one. */
  if (lies_in_block(address, 0, &around)) {
    report_release(release, FINDING_INVALID_FREE, act, &around, WHERE_INTERIOR, 0, false);
  } else if ((c_is_bypassed && is_c(release->world)) || may_be_stale(block)) {
    ledger_count_unknown();
    return true;
  } else {
    report_release(release, FINDING_DOUBLE_FREE, act, block, WHERE_NONE, 0, on_c(block) && is_c(release->world));
  }
  return faithful;
}

/* Rust's shims are called once a block, whatever its allocator keeps back. */
bool is_released(const struct release *release, const struct block *block) {
  if (word_state(block->word) != STATE_PASSING) return word_state(block->word) == STATE_FREED;
  return !is_base(release->function, release->world) && word_world(block->word) == release->world &&
         functions[release->function].family == FAMILY_RUST;
}

bool release_again(const struct release *release, const struct block *block) {
  if (!judge_again(release, block)) return false;
  end_restore_key(block);
  return true;
}

bool wrong_layout(const struct release *release, const struct block *block) {
  bool size = release->size != SIZE_UNKNOWN && block->size != SIZE_UNKNOWN && release->size != block->size;
  bool rust = kind_of(release->world) == WORLD_KIND_RUST;
  uint64_t born = block->alignment ? block->alignment : 1, given = release->alignment ? release->alignment : 1;
  if (may_be_stale(block) || comes_unseen(word_world(block->word))) return false;
  /* Rust's allocators are not always told the alignment, and a block without a site does not keep every one. */
  if (born == ALIGNMENT_UNKNOWN || (rust && release->alignment == 0)) return size;
  bool cxx = kind_of(release->world) == WORLD_KIND_CXX || kind_of(release->world) == WORLD_KIND_CXX_ARRAY;
  /* operator new's alignment is a matter of which overload; malloc's free does not ask. */
  return size || ((rust || cxx) && born != given);
}

static bool is_c_or_cxx(uint32_t world) { return world == WORLD_C || world == WORLD_CXX || world == WORLD_CXX_ARRAY; }

bool worlds_match(uint32_t born, uint32_t released) {
  /* A module that goes around us may have called operator new unseen, of which we saw the malloc. */
  if (c_is_bypassed && is_c_or_cxx(born) && is_c_or_cxx(released)) return true;
  /* An allocator's own names hand out what C and C++ may both take back. */
  if (born == WORLD_LOOSE && kind_of(released) != WORLD_KIND_RUST) return true;
  if (released == WORLD_LOOSE && kind_of(born) != WORLD_KIND_RUST) return true;
  /* Copies of one C++ library in several modules, all over malloc: objects that cross are no fault. */
  bool cxx = kind_of(born) == WORLD_KIND_CXX || kind_of(born) == WORLD_KIND_CXX_ARRAY;
  if (cxx && kind_of(born) == kind_of(released) && !worlds[born].own_heap && !worlds[released].own_heap) return true;
  return born == released || kind_of(born) == WORLD_KIND_ANY || kind_of(released) == WORLD_KIND_ANY;
}

bool elsewhere(const struct block *block, uint32_t world) {
  if (!arranged || word_world(block->word) == world) return false;
  uint32_t from = heap_of_block(block), to = heap_of_world(world);
  return from && to && from != to;
}

uint32_t healed_act(bool same) { return same && c_is_glibc ? ACT_RETURNED : ACT_REDIRECTED; }

/* An own release of the allocator that serves malloc is below the worlds of C and C++: it takes what their functions took
 * from it. */
bool takes(const struct release *release, uint32_t born) {
  bool cxx = kind_of(born) == WORLD_KIND_CXX || kind_of(born) == WORLD_KIND_CXX_ARRAY;
  if (cxx && is_c(release->world) && functions[release->function].family == FAMILY_VENDOR) return true;
  return worlds_match(born, release->world);
}

static bool release_foreign(const struct release *release, struct block *block) {
  bool same = same_allocator(block, release->world);
  if (comes_unseen(word_world(block->word)) && comes_unseen(release->world)) {
    report_doubtful(release, FINDING_CROSS_FREE, block, same);
    return true;
  }
  if (on_finding == ON_FINDING_FAITHFUL) {
    report_release(release, FINDING_CROSS_FREE, ACT_PERFORMED, block, WHERE_NONE, 0, same);
    return true;
  }
  report_release(release, FINDING_CROSS_FREE, healed_act(same), block, WHERE_NONE, 0, same);
  if (!return_to_owner(block, &release->place)) give_back(block);
  return false;
}

/* Inside of a release of the same block. */
static bool judge_inner(const struct release *release) {
  struct block block;
  if (!release_look(release, &block) || !passing.is_due || word_state(block.word) != STATE_FREED) return true;
  /* Another thread has taken for good what the release around this one was about. */
  return !is_base(release->function, release->world) || release_again(release, &block);
}

static bool judge_release(struct release *release, struct block *block) {
  if (!release_look(release, block)) return release_unknown(release);
  uint32_t born = word_world(block->word);
  if (frees_chunk(release, block)) {
    struct block under;
    shadow_pop_under(block->start, &under);
    return true;
  }
  if (is_released(release, block)) return release_again(release, block);
  if (word_state(block->word) == STATE_PASSING) return true;
  if (undetermined(born) || undetermined(release->world)) {
    uint64_t *count = pair_write(block, release->world, release->function, &release->place);
    if (elsewhere(block, release->world) && return_to_owner(block, &release->place)) return false;
    uint32_t after = state_after(block, release);
    if (count && after == STATE_FREED) pair_remember(block->word, release->place.return_address, release->function, count);
    settle(block, after);
    return true;
  }
  if (!takes(release, born)) return release_foreign(release, block);
  /* No fault, but here the two sit on different allocators. */
  if (elsewhere(block, release->world) && return_to_owner(block, &release->place)) return false;
  if (born == release->world && wrong_layout(release, block)) {
    bool same = same_allocator(block, release->world);
    bool faithful = on_finding == ON_FINDING_FAITHFUL;
    report_release(release, FINDING_LAYOUT_MISMATCH, faithful ? ACT_PERFORMED : healed_act(same), block, WHERE_NONE, 0, same);
    /* Only the Rust shims take corrected numbers; the others have a release that asks for none. */
    if (!faithful && functions[release->function].family != FAMILY_RUST) {
      if (return_to_owner(block, &release->place)) return false;
    } else if (!faithful) {
      if (release->size != SIZE_UNKNOWN) release->size = block->size;
      if (block->alignment != ALIGNMENT_UNKNOWN)
        release->alignment = block->alignment ? block->alignment : release->alignment ? 1 : 0;
    }
  }
  settle(block, state_after(block, release));
  return true;
}

bool release_begin(struct release *release) {
  struct block block = {.seen = STATE_NONE};
  bool call, inner = passing.block == release->pointer;
  if (inner || !release->pointer) {
    call = !inner || judge_inner(release);
    release->passed_before = passing;
    return call;
  }
  release->world = world_at(release->world, &release->place);
  call = judge_release(release, &block);
  release->passed_before = passing;
  if (call) passing = (struct passing){release->pointer, release->place.return_address, word_state(block.seen) == STATE_PASSING};
  return call;
}

void release_end(const struct release *release) { passing = release->passed_before; }
