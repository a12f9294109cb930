#include "sites.h"

#include <string.h>

#include "again.h"
#include "ledger.h"
#include "module_records.h"
#include "modules.h"
#include "block_rules.h"
#include "reserve.h"
#include "unwind.h"
#include "worlds.h"

/* Pairs have ids apart from those of births: these lie close together, as the short paths look things up by them. */
#define FIRST_PAIR (SITE_MAX + 1 - (3u << 17))
#define KEPT_FOR_FINDINGS 4096
#define DEPTHS_PER_PLACE 64 /* more of them share one stack */

static uint64_t key_of_all_depths(const struct call_place *place, unsigned function, uint64_t part) {
  return (place->return_address + part) * SITE_FACTOR_OF(function) + 0x5851F42D4C957F2Dull;
}

#define LAYOUTS_BYTES ((SITE_MAX + 1) * sizeof *site_layouts)

struct site_info *site_chunks[(SITE_MAX + 1) >> SITE_CHUNK_LOG2];
uint32_t *site_layouts;
static uint32_t last_id = FIRST_SITE - 1, last_pair = FIRST_PAIR - 1;
static uint8_t depths[4096];
static THREAD_LOCAL bool busy;

static struct site_info *info_of(uint32_t id, bool create) {
  if (id > SITE_MAX) return NULL;
  struct site_info **chunk = &site_chunks[id >> SITE_CHUNK_LOG2];
  struct site_info *infos =
      create ? reserve_once((void **)chunk, SITE_CHUNK * sizeof *infos) : __atomic_load_n(chunk, __ATOMIC_ACQUIRE);
  return infos ? &infos[id & (SITE_CHUNK - 1)] : NULL;
}

/* Where no stack can be recorded, the id of narrow blocks only tells their size and one of these alignments. */
static uint32_t layout_without_stack(uint32_t id) {
  unsigned field = (id - 1) % NARROW_ALIGNMENTS;
  return (id - 1) / NARROW_ALIGNMENTS << SIZE_SHIFT | (field == NARROW_ALIGNMENTS - 1 ? ALIGN_FIELD_UNKNOWN : field) << ALIGN_SHIFT;
}

bool site_layouts_start(void) {
  if (!(site_layouts = reserve_take(LAYOUTS_BYTES))) return false;
  for (uint32_t id = 1; id < FIRST_SITE; id++) site_layouts[id] = layout_without_stack(id);
  return true;
}

uint32_t site_born(uint32_t id, uintptr_t *released_at) {
  const struct site_info *info = id >= FIRST_SITE ? info_of(id, false) : NULL;
  bool pair = info && info->of & SITE_IS_RELEASE;
  *released_at = pair ? info->address : 0;
  return pair ? info->of & SITE_MAX : id;
}

uint32_t site_stack(uint32_t site) {
  const struct site_info *info = site >= FIRST_SITE ? info_of(site, false) : NULL;
  return info ? info->of & SITE_MAX : 0;
}

uintptr_t site_first_block(uint32_t site) {
  uint32_t recorded = site_stack(site);
  const struct site_info *info = recorded ? info_of(recorded, false) : NULL;
  return info ? info->address : 0;
}

static uint32_t compose(uint32_t id, uint32_t world, bool on_c, bool narrow) {
  return STATE_LIVE | (on_c ? WORD_ON_C : 0) | (narrow ? WORD_NARROW : 0) | world << WORD_WORLD_SHIFT | id << WORD_SITE_SHIFT;
}

static uint32_t without_stack(uint32_t world, bool on_c, bool narrow, uint64_t size, uint64_t alignment) {
  unsigned field = alignment_field(alignment);
  uint32_t id = narrow ? 1 + (uint32_t)size * NARROW_ALIGNMENTS + (field < NARROW_ALIGNMENTS ? field : NARROW_ALIGNMENTS - 1) : 0;
  return compose(id, world, on_c, narrow);
}

static uint32_t write_frames(uint32_t id, const uint64_t *frames, size_t count, bool truncated, unsigned function,
                             uintptr_t block) {
  modules_of_addresses(frames, count);
  struct record_stack *record = ledger_begin(RECORD_STACK, sizeof *record + count * sizeof *frames);
  if (!record) return 0;
  record->id = id;
  record->function = function;
  record->block = block;
  record->frame_count = (uint32_t)count;
  record->truncated = truncated;
  memcpy(record + 1, frames, count * sizeof *frames);
  ledger_commit(record);
  return id;
}

static uint32_t write_stack(uint32_t id, const struct call_place *place, unsigned function, uintptr_t block) {
  uint64_t frames[STACK_FRAMES_MAX];
  bool truncated;
  size_t count = unwind_stack(place->return_address, frames, STACK_FRAMES_MAX, &truncated);
  return write_frames(id, frames, count, truncated, function, block);
}

/* The next of a range; 0: there are no more. */
static uint32_t next_of(uint32_t *last, uint32_t end) {
  uint32_t id = __atomic_add_fetch(last, 1, __ATOMIC_RELAXED);
  if (id < end) return id;
  __atomic_sub_fetch(last, 1, __ATOMIC_RELAXED);
  return 0;
}

static uint32_t next_site(void) {
  uint32_t id = next_of(&last_id, ledger_urgent ? FIRST_PAIR : FIRST_PAIR - KEPT_FOR_FINDINGS);
  if (!id) __atomic_fetch_or(&ledger->flags, LEDGER_SITES_FULL, __ATOMIC_RELAXED);
  return id;
}

uint32_t stack_record(const struct call_place *place, unsigned function, uintptr_t block) {
  ledger_urgent = true;
  uint32_t id = next_site();
  if (id) id = write_stack(id, place, function, block);
  ledger_urgent = false;
  return id;
}

uint32_t stack_write(const uint64_t *frames, size_t count, bool truncated, unsigned function) {
  uint32_t id = next_site();
  return id ? write_frames(id, frames, count, truncated, function, 0) : 0;
}

/* A place reached at very many depths (recursion) shares one stack from then on. */
static bool too_many_depths(const struct call_place *place) {
  uint8_t *count = &depths[(place->return_address * 0x9E3779B97F4A7C15ull) >> 52];
  if (*count >= DEPTHS_PER_PLACE) return true;
  ++*count;
  return false;
}

void sites_forget(uintptr_t start, uintptr_t end) {
  memset(depths, 0, sizeof depths); /* what is forgotten does not count */
  site_table_forget(start, end);
}

static uint32_t new_id(struct site_info info) {
  uint32_t id = info.of & SITE_IS_RELEASE ? next_of(&last_pair, SITE_MAX + 1) : next_site();
  struct site_info *place = id ? info_of(id, true) : NULL;
  if (!place) return 0;
  if (!info.of) info.of = id;
  else if (info.of == SITE_IS_SHARED) info.of |= id;
  *place = info;
  return id;
}

uint32_t site_of_release(uint32_t site, uintptr_t return_address) {
  uint64_t key = again_key(site, return_address);
  uint32_t id = known_again(key);
  if (!id) remember_again(key, id = new_id((struct site_info){.address = return_address, .of = SITE_IS_RELEASE | site}));
  return id;
}

/* What the words of a place's blocks have in common. */
struct births {
  const struct call_place *place;
  unsigned function;
  uint32_t world;
  bool on_c;
};

/* The id of a place, unwound and recorded when it is new. */
static uint32_t recorded_site(const struct births *births, uintptr_t block) {
  const struct call_place *place = births->place;
  unsigned function = births->function;
  uint64_t key = site_key(place, function, 0), shared_key = key_of_all_depths(place, function, 0);
  uint32_t low = (uint32_t)place->return_address, word = site_known(key);
  if (!word && !site_table_has_room()) __atomic_fetch_or(&ledger->flags, LEDGER_SITES_FULL, __ATOMIC_RELAXED);
  if (word || !site_table_has_room()) return word_site(word);
  bool shared = too_many_depths(place);
  if (shared) word = site_known(shared_key);
  if (!word) {
    uint64_t frames[STACK_FRAMES_MAX];
    bool truncated;
    size_t count = unwind_stack(place->return_address, frames, STACK_FRAMES_MAX, &truncated);
    uint64_t same = again_key_of_stack(frames, count, function);
    uint32_t id = known_again(same);
    if (!id) {
      id = new_id((struct site_info){.address = block, .of = shared ? SITE_IS_SHARED : 0});
      if (!id) return 0;
      write_frames(id, frames, count, truncated, function, block);
      remember_again(same, id);
    }
    word = compose(id, births->world, births->on_c, false);
    if (shared) site_remember(shared_key, low, word);
  }
  site_remember(key, low, word);
  return word_site(word);
}

/* The id of the narrow blocks of this layout born there. */
static uint32_t narrow_site(const struct births *births, uint32_t recorded, uint32_t layout) {
  const struct call_place *place = births->place;
  unsigned function = births->function;
  bool shared = info_of(recorded, false)->of & SITE_IS_SHARED;
  uint64_t key = site_key(place, function, narrow_part(layout));
  uint64_t shared_key = key_of_all_depths(place, function, narrow_part(layout));
  uint32_t low = (uint32_t)place->return_address, word = shared ? site_known(shared_key) : 0;
  if (!word && site_table_has_room()) {
    uint64_t same = again_key((uint64_t)recorded << 32, layout);
    uint32_t id = known_again(same);
    if (!id) {
      id = new_id((struct site_info){.of = recorded});
      if (!id) return 0;
      site_layouts[id] = layout;
      remember_again(same, id);
    }
    word = compose(id, births->world, births->on_c, true);
    if (shared) site_remember(shared_key, low, word);
  }
  if (word) site_remember(key, low, word);
  return word_site(word);
}

uint32_t site_word(const struct call_place *place, unsigned function, uint32_t world, bool on_c, bool narrow,
                   uint64_t size, uint64_t alignment, uintptr_t block) {
  world = world_at(world, place);
  if (busy || !ledger_active()) return without_stack(world, on_c, narrow, size, alignment);
  busy = true;
  uint32_t layout = narrow ? (uint32_t)size << SIZE_SHIFT | alignment_field(alignment) << ALIGN_SHIFT : 0;
  uint64_t key = site_key(place, function, narrow ? narrow_part(layout) : 0);
  struct births births = {place, function, world, on_c};
  uint32_t id = word_site(site_known(key));
  if (!id && (id = recorded_site(&births, block)) && narrow)
    id = narrow_site(&births, id, layout);
  busy = false;
  if (!id) return without_stack(world, on_c, narrow, size, alignment);
  /* What a block rests on can differ between two blocks of one place; the stack is the same. */
  return compose(id, world, on_c, narrow);
}
