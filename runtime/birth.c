/* A block is handed out. */
#include "block_rules.h"
#include "extents.h"
#include "findings.h"
#include "ledger.h"
#include "modules.h"
#include "overlaps.h"

bool c_is_glibc, c_is_bypassed, cxx_in_allocator;
uint32_t own_allocator_module;
enum sight c_sight;

THREAD_LOCAL uintptr_t handed_out;

/* A block that one of our own wrappers took straight from malloc for another world. */
static THREAD_LOCAL void *known_to_rest;

static void uncount_birth(uint32_t world) {
  if (ledger_slot && ledger_slot->allocations[world]) ledger_slot->allocations[world]--;
}

void birth_begin(void) { handed_out = 0; }

void birth_rests_on_c(void *pointer) { known_to_rest = pointer; }

/* Whether this live block, where another one is handed out now, has two owners. */
static bool owned_twice(const struct block *live) {
  if (word_state(live->word) != STATE_LIVE || word_world(live->word) == WORLD_LOOSE || c_is_bypassed) return false;
  return c_sight != SIGHT_PARTIAL || !comes_unseen(word_world(live->word));
}

static void report_two_owners(const struct block *live, const struct block *fresh, unsigned function,
                              const struct call_place *place) {
  struct finding finding = {
      .code = FINDING_TWO_OWNERS, .act = ACT_PERFORMED, .pointer = fresh->start, .block = fresh, .other = live,
      .given_size = SIZE_UNKNOWN, .birth_world = word_world(fresh->word), .release_world = word_world(fresh->word),
      .function = function, .place = place, .same_allocator = true, .doubt = comes_unseen(word_world(live->word)),
  };
  finding_write(&finding);
}

/* A chunk that an arena lives in, not the same block under another name. */
static bool is_chunk_under(const struct block *inner, uint64_t size, uint64_t alignment) {
  return inner->size != SIZE_UNKNOWN && inner->size > 2 * size + 2 * (alignment == ALIGNMENT_UNKNOWN ? 16 : alignment) + 64;
}

struct birth {
  unsigned function;
  const struct call_place *place;
};

static void overlapping(const struct block *live, const struct block *fresh, void *data) {
  const struct birth *birth = data;
  overlaps_remember(live, fresh);
  report_two_owners(live, fresh, birth->function, birth->place);
}

void birth_end(void *pointer, uint64_t size, uint64_t alignment, uint32_t world, unsigned function,
               const struct call_place *place) {
  bool inner = handed_out == no_pointer(pointer), carved = handed_out && !inner;
  handed_out = no_pointer(pointer);
  if (!pointer) return;
  if (kind_of(world) == WORLD_KIND_RUST && alignment == 0) alignment = ALIGNMENT_UNKNOWN;
  uintptr_t start = (uintptr_t)pointer;
  struct block old;
  bool known = shadow_read(start, &old);
  uint32_t old_world = known ? word_world(old.word) : WORLD_NONE, old_state = known ? word_state(old.word) : STATE_NONE;
  bool base = world == WORLD_C || world == WORLD_LOOSE; /* the c world rests on nothing that we see */
  bool rests = base;
  bool stacked = false, two_owners = false;
  if (inner && known && old_state == STATE_LIVE) {
    if (!base && is_c(old_world) && is_chunk_under(&old, size, alignment)) stacked = true;
    else rests = base || on_c(&old);
    uncount_birth(old_world);
  } else if (base) {
    two_owners = known && on_c(&old) && owned_twice(&old);
  } else if (old_state == STATE_LIVE) {
    if (is_c(old_world)) { /* the first piece of a chunk, or what a malloc on the short path gave */
      stacked = is_chunk_under(&old, size, alignment);
      rests = !stacked;
      if (rests) uncount_birth(old_world);
    }
    else two_owners = old_world == world && !worlds[world].dissolved && (!comes_unseen(world) || owned_twice(&old));
    if (two_owners) rests = old.word & WORD_ON_C;
  } else if (old_state == STATE_PASSING) {
    rests = old.word & WORD_ON_C; /* kept by its allocator and handed out again */
  }
  if (known_to_rest == pointer) {
    two_owners = known && on_c(&old) && owned_twice(&old);
    stacked = false;
    rests = true;
  }
  known_to_rest = NULL;
  if (!rests && !base && known && (old.word & WORD_STACKED)) stacked = true; /* the arena's chunk is still under it */
  else if (stacked) shadow_push_under(&old);
  if (stacked) rests = false;
  worlds[world].rests_on_c |= rests;
  worlds[world].own_heap |= !rests;
  bool spaced = rests && c_is_glibc;
  enum block_form form = shadow_form(start, spaced, stacked);
  bool narrow = form == FORM_SPACED ? size < NARROW_SPACED : form == FORM_PLAIN && size < NARROW_PLAIN;
  struct block block = {.start = start, .size = size, .alignment = alignment};
  block.word = site_word(place, function, world, rests && !base, narrow, size, alignment, start);
  if (stacked) block.word |= WORD_STACKED;
  if (two_owners) {
    overlaps_remember(&old, &block);
    report_two_owners(&old, &block, function, place);
  }
  struct birth birth = {function, place};
  /* What an inner call of this one handed out is what this block was carved from. */
  if (overlaps_wanted && !c_is_bypassed && c_sight == SIGHT_WHOLE && !carved) overlaps_each(&block, overlapping, &birth);
  shadow_write(&block, form);
  if (overlaps_wanted) extents_note(&block);
  ledger_count_birth(word_world(block.word));
}
