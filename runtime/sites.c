#include "sites.h"

#include <string.h>

#include "ledger.h"
#include "modules.h"
#include "call_site.h"
#include "system.h"
#include "unwind.h"
#include "worlds.h"

#define FIRST_CAPACITY_LOG2 10
#define LAST_CAPACITY_LOG2 22
#define PAIRS_END 4096       /* ids that pairs leave to births */
#define DEPTHS_PER_PLACE 64 /* more of them share one stack */
#define PROBES 16
#define KEY_GONE 1 /* its place may be taken again */
#define KEY_TAKEN 2 /* being filled in; the key follows its word */

static uint64_t key_of_all_depths(const struct call_place *place, unsigned function, uint64_t part) {
  return (place->return_address + SITE_SALT(function) + part) * SITE_FACTOR + 0x5851F42D4C957F2Dull;
}

struct site_table {
  unsigned shift; /* 64 less the log2 of the number of entries */
  unsigned used;
  struct site_entry entries[];
};

static struct { struct site_table head; struct site_entry entries[3]; } empty = {.head = {.shift = 63}};
static struct site_table *site_table = &empty.head;
struct site_lookup site_lookup = {empty.entries, 63};

struct site_ends *site_ends;
struct site_info *site_chunks[(SITE_MAX + 1) >> SITE_CHUNK_LOG2];
/* Pairs count down from the end: the ids of births stay close together, as the short paths look things up by them. */
static uint32_t last_id = FIRST_SITE - 1, first_pair = SITE_MAX + 1;
static uint8_t depths[4096];
static int growing;
static THREAD_LOCAL bool busy;

static size_t capacity_of(const struct site_table *table) { return (size_t)1 << (64 - table->shift); }
/* One entry more than the capacity: the short path looks at the one after, whatever it is. */
static size_t table_bytes(unsigned log2) { return sizeof(struct site_table) + (((size_t)1 << log2) + 1) * sizeof(struct site_entry); }

static struct site_table *make_table(unsigned log2) {
  struct site_table *table = system_map(table_bytes(log2));
  if (table) table->shift = 64 - log2;
  return table;
}

static void publish(struct site_table *table) {
  __atomic_store_n(&site_table, table, __ATOMIC_RELEASE);
  __atomic_store_n(&site_lookup.entries, table->entries, __ATOMIC_RELEASE);
  __atomic_store_n(&site_lookup.shift, table->shift, __ATOMIC_RELEASE);
}

void site_start(void) {
  struct site_table *table = make_table(FIRST_CAPACITY_LOG2);
  if (table) publish(table);
}

bool site_ends_start(void) { return (site_ends = system_map((SITE_MAX + 1) * sizeof *site_ends)) != NULL; }

bool site_ends_owns(uintptr_t start, uintptr_t end) {
  return site_ends && (uintptr_t)site_ends < end && start < (uintptr_t)(site_ends + SITE_MAX + 1);
}

static struct site_info *info_of(uint32_t id, bool create) {
  if (id > SITE_MAX) return NULL;
  struct site_info **chunk = &site_chunks[id >> SITE_CHUNK_LOG2];
  struct site_info *infos = __atomic_load_n(chunk, __ATOMIC_ACQUIRE);
  if (!infos) {
    if (!create || !(infos = system_map(SITE_CHUNK * sizeof *infos))) return NULL;
    struct site_info *expected = NULL;
    if (!__atomic_compare_exchange_n(chunk, &expected, infos, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
      system_unmap(infos, SITE_CHUNK * sizeof *infos);
      infos = expected;
    }
  }
  return &infos[id & (SITE_CHUNK - 1)];
}

uint32_t site_layout(uint32_t site) {
  if (site == 0) return 0;
  if (site >= FIRST_SITE) {
    const struct site_info *info = info_of(site, false);
    return info ? info->layout : 0;
  }
  unsigned field = (site - 1) % NARROW_ALIGNMENTS;
  return (site - 1) / NARROW_ALIGNMENTS << SIZE_SHIFT | (field == NARROW_ALIGNMENTS - 1 ? ALIGN_FIELD_UNKNOWN : field) << ALIGN_SHIFT;
}

static uint32_t with_site(uint32_t word, uint32_t id) {
  return (word & ~(SITE_MAX << WORD_SITE_SHIFT)) | id << WORD_SITE_SHIFT;
}

uint32_t end_born_word(uint32_t freed_word, uintptr_t *released_at) {
  uint32_t id = word_site(freed_word);
  const struct site_info *info = id >= FIRST_SITE ? info_of(id, false) : NULL;
  bool pair = info && info->of & SITE_IS_RELEASE;
  *released_at = pair ? info->address : 0;
  return pair ? with_site(freed_word, info->of & SITE_MAX) : freed_word;
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

static uint32_t next_site(void) {
  uint32_t id = __atomic_add_fetch(&last_id, 1, __ATOMIC_RELAXED);
  if (id < __atomic_load_n(&first_pair, __ATOMIC_RELAXED)) return id;
  __atomic_sub_fetch(&last_id, 1, __ATOMIC_RELAXED);
  __atomic_fetch_or(&ledger->flags, LEDGER_SITES_FULL, __ATOMIC_RELAXED);
  return 0;
}

static uint32_t next_pair(void) {
  uint32_t id = __atomic_sub_fetch(&first_pair, 1, __ATOMIC_RELAXED);
  if (id > __atomic_load_n(&last_id, __ATOMIC_RELAXED) + PAIRS_END) return id;
  __atomic_add_fetch(&first_pair, 1, __ATOMIC_RELAXED);
  return 0;
}

uint32_t stack_record(const struct call_place *place, unsigned function, uintptr_t block) {
  uint32_t id = next_site();
  if (!id) return 0;
  ledger_urgent = true;
  id = write_stack(id, place, function, block);
  ledger_urgent = false;
  return id;
}

uint32_t stack_write(const uint64_t *frames, size_t count, bool truncated, unsigned function) {
  uint32_t id = next_site();
  return id ? write_frames(id, frames, count, truncated, function, 0) : 0;
}

static struct site_entry *find(struct site_table *table, uint64_t key, bool claim) {
  size_t mask = capacity_of(table) - 1;
  size_t at = key >> table->shift;
  for (unsigned i = 0; i < PROBES && i <= mask; i++) {
    struct site_entry *entry = &table->entries[(at + i) & mask];
    uint64_t found = __atomic_load_n(&entry->key, __ATOMIC_ACQUIRE);
    if (found == key) return entry;
    if (!claim && !found) return NULL;
    if (found > KEY_GONE || !claim) continue;
    if (__atomic_compare_exchange_n(&entry->key, &found, KEY_TAKEN, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
      __atomic_fetch_add(&table->used, 1, __ATOMIC_RELAXED);
      return entry;
    }
    if (found == key) return entry;
  }
  return NULL;
}

/* Whoever sees the key sees the word: the short path does not ask. */
static void fill(struct site_entry *entry, uint64_t key, uint32_t low, uint32_t word) {
  entry->low = low;
  entry->word = word;
  __atomic_store_n(&entry->key, key, __ATOMIC_RELEASE);
}

static void grow(struct site_table *table) {
  unsigned log2 = 64 - table->shift + 1;
  int expected = 0;
  if (log2 > LAST_CAPACITY_LOG2) return;
  if (!__atomic_compare_exchange_n(&growing, &expected, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) return;
  if (table == site_table) {
    struct site_table *bigger = make_table(log2);
    if (bigger) {
      for (size_t i = 0; i < capacity_of(table); i++) {
        const struct site_entry *entry = &table->entries[i];
        if (entry->key <= KEY_TAKEN) continue;
        struct site_entry *copy = find(bigger, entry->key, true);
        if (!copy) continue;
        fill(copy, entry->key, entry->low, entry->word);
      }
      publish(bigger);
      /* Who still looks there finds nothing, and comes again. */
      uintptr_t from = ((uintptr_t)table + 4095) & ~(uintptr_t)4095, to = ((uintptr_t)table + table_bytes(log2 - 1)) & ~(uintptr_t)4095;
      if (to > from) system_advise((void *)from, to - from, MADV_DONTNEED);
    }
  }
  __atomic_store_n(&growing, 0, __ATOMIC_RELEASE);
}

/* A place reached at very many depths (recursion) shares one stack from then on. */
static bool too_many_depths(const struct call_place *place) {
  uint8_t *count = &depths[(place->return_address * 0x9E3779B97F4A7C15ull) >> 52];
  if (*count >= DEPTHS_PER_PLACE) return true;
  ++*count;
  return false;
}

static uint32_t new_id(struct site_info info) {
  uint32_t id = info.of & SITE_IS_RELEASE ? next_pair() : next_site();
  struct site_info *place = id ? info_of(id, true) : NULL;
  if (!place) return 0;
  if (!info.of) info.of = id;
  else if (info.of == SITE_IS_SHARED) info.of |= id;
  *place = info;
  return id;
}

static bool has_room(const struct site_table *table) { return table->used < capacity_of(table) / 8 * 7; }

static uint32_t remember(struct site_table *table, uint64_t key, uint32_t low, uint32_t word) {
  struct site_entry *entry = has_room(table) ? find(table, key, true) : NULL;
  if (entry) fill(entry, key, low, word);
  if (table->used > capacity_of(table) / 4) grow(table);
  return word;
}

static uint32_t known(struct site_table *table, uint64_t key) {
  struct site_entry *entry = find(table, key, false);
  return entry ? __atomic_load_n(&entry->word, __ATOMIC_ACQUIRE) : 0;
}

NO_INLINE uint32_t site_known(uint64_t key) { return known(__atomic_load_n(&site_table, __ATOMIC_ACQUIRE), key); }

/* What the words of a place's blocks have in common. */
struct births {
  const struct call_place *place;
  unsigned function;
  uint32_t world;
  bool on_c;
};

/* The id of a place, unwound and recorded when it is new. */
static uint32_t recorded_site(struct site_table *table, const struct births *births, uintptr_t block) {
  const struct call_place *place = births->place;
  unsigned function = births->function;
  uint64_t key = site_key(place, function, 0), shared_key = key_of_all_depths(place, function, 0);
  uint32_t low = (uint32_t)place->return_address, word = known(table, key);
  if (word || !has_room(table)) return word_site(word);
  bool shared = too_many_depths(place);
  if (shared) word = known(table, shared_key);
  if (!word) {
    uint32_t id = new_id((struct site_info){.address = block, .of = shared ? SITE_IS_SHARED : 0});
    if (!id) return 0;
    write_stack(id, place, function, block);
    word = compose(id, births->world, births->on_c, false);
    if (shared) remember(table, shared_key, low, word);
  }
  remember(table, key, low, word);
  return word_site(word);
}

/* The id of the narrow blocks of this layout born there. */
static uint32_t narrow_site(struct site_table *table, const struct births *births, uint32_t recorded, uint32_t layout) {
  const struct call_place *place = births->place;
  unsigned function = births->function;
  bool shared = info_of(recorded, false)->of & SITE_IS_SHARED;
  uint64_t key = site_key(place, function, narrow_part(layout));
  uint64_t shared_key = key_of_all_depths(place, function, narrow_part(layout));
  uint32_t low = (uint32_t)place->return_address, word = shared ? known(table, shared_key) : 0;
  if (!word && has_room(table)) {
    uint32_t id = new_id((struct site_info){.of = recorded, .layout = layout});
    if (!id) return 0;
    word = compose(id, births->world, births->on_c, true);
    if (shared) remember(table, shared_key, low, word);
  }
  if (word) remember(table, key, low, word);
  return word_site(word);
}

uint32_t site_word(const struct call_place *place, unsigned function, uint32_t world, bool on_c, bool narrow,
                   uint64_t size, uint64_t alignment, uintptr_t block) {
  if (world == WORLD_C) world = c_world_of_call(place->return_address);
  if (busy || !ledger_active()) return without_stack(world, on_c, narrow, size, alignment);
  busy = true;
  uint32_t layout = narrow ? (uint32_t)size << SIZE_SHIFT | alignment_field(alignment) << ALIGN_SHIFT : 0;
  uint64_t key = site_key(place, function, narrow ? narrow_part(layout) : 0);
  struct births births = {place, function, world, on_c};
  struct site_table *table = __atomic_load_n(&site_table, __ATOMIC_ACQUIRE);
  uint32_t id = word_site(site_known(key));
  if (!id && (id = recorded_site(table, &births, block)) && narrow)
    id = narrow_site(table, &births, id, layout);
  busy = false;
  if (!id) return without_stack(world, on_c, narrow, size, alignment);
  /* What a block rests on can differ between two blocks of one place; the stack is the same. */
  return compose(id, world, on_c, narrow);
}

static uint64_t end_key(uint32_t live_word, uintptr_t return_address) {
  return return_address * SITE_FACTOR + word_site(live_word) * 0x165667B19E3779F9ull;
}

/* Where the short path looks first, else any place of the site; of too many, each now and then. */
static void set_end(uint64_t *ends, uint32_t check, uintptr_t return_address, uint32_t word) {
  static uint8_t turn;
  uint64_t end = (uint64_t)check << 32 | end_change(word_site(word));
  size_t first = end_place(return_address) / sizeof end;
  for (unsigned i = 0; i < ENDS; i++) {
    uint64_t *place = &ends[first ^ i], none = 0;
    if (__atomic_compare_exchange_n(place, &none, end, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED) || none == end) return;
  }
  if (++turn % 16 == 0) __atomic_store_n(&ends[first], end, __ATOMIC_RELAXED);
}

uint32_t end_known(uint32_t live_word, uint32_t mask, uint32_t layout, uintptr_t return_address) {
  bool narrow = live_word & WORD_NARROW;
  uint32_t check = end_check(return_address, narrow && mask >> SIZE_SHIFT ? layout : 0);
  uint64_t *ends = site_ends[word_site(live_word)].last;
  for (unsigned i = 0; i < ENDS; i++) {
    uint64_t end = __atomic_load_n(&ends[i], __ATOMIC_RELAXED);
    if (end >> 32 == check && end) return end_word(live_word, (uint32_t)end);
  }
  if (narrow && mask && (site_layout(word_site(live_word)) ^ layout) & mask) return 0;
  uint32_t word = site_known(end_key(live_word, return_address));
  if (!word) return 0;
  set_end(ends, check, return_address, word);
  return end_word(live_word, end_change(word_site(word)));
}

uint32_t end_of(uint32_t live_word, uintptr_t return_address) {
  uint64_t key = end_key(live_word, return_address);
  struct site_table *table = __atomic_load_n(&site_table, __ATOMIC_ACQUIRE);
  uint32_t word = known(table, key);
  if (!word && has_room(table) && word_site(live_word) >= FIRST_SITE) {
    uint32_t id = new_id((struct site_info){.address = return_address, .of = SITE_IS_RELEASE | word_site(live_word)});
    if (id) word = remember(table, key, (uint32_t)return_address, id << WORD_SITE_SHIFT);
  }
  return end_word(live_word, end_change(word_site(word ? word : live_word)));
}

void sites_forget(uintptr_t start, uintptr_t end) {
  struct site_table *table = __atomic_load_n(&site_table, __ATOMIC_ACQUIRE);
  for (size_t i = 0; i < capacity_of(table); i++) {
    struct site_entry *entry = &table->entries[i];
    if (entry->key <= KEY_TAKEN || entry->low - (uint32_t)start >= (uint32_t)(end - start)) continue;
    __atomic_store_n(&entry->key, KEY_GONE, __ATOMIC_RELEASE);
  }
  for (uint32_t id = FIRST_SITE; site_ends && id <= last_id; id++)
    for (unsigned i = 0; i < ENDS; i++)
      if (site_ends[id].last[i]) __atomic_store_n(&site_ends[id].last[i], 0, __ATOMIC_RELAXED);
}
