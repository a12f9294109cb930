#include "sites.h"

#include <string.h>

#include "ledger.h"
#include "modules.h"
#include "call_site.h"
#include "system.h"
#include "unwind.h"
#include "worlds.h"

#define FIRST_CAPACITY_LOG2 10
#define LAST_CAPACITY_LOG2 20
#define DEPTHS_PER_PLACE 64 /* more of them share one stack */
#define PROBES 16
#define KEY_GONE 1 /* its place may be taken again */
#define KEY_TAKEN 2 /* being filled in; the key follows its word */

#define ALIGNMENTS 6

struct site_info {
  uintptr_t first_block;
  uint32_t size;
  uint8_t alignment; /* alignment_field */
  uint8_t narrow;
};

#define INFO_CHUNK_LOG2 14
#define INFO_CHUNK ((size_t)1 << INFO_CHUNK_LOG2)

static struct { struct site_table head; struct site_entry entries[3]; } empty = {.head = {.shift = 63}};
struct site_table *site_table = &empty.head;

static struct site_info *info_chunks[(SITE_MAX + 1) >> INFO_CHUNK_LOG2];
static uint32_t last_id = FIRST_SITE - 1;
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

void site_start(void) {
  struct site_table *table = make_table(FIRST_CAPACITY_LOG2);
  if (table) __atomic_store_n(&site_table, table, __ATOMIC_RELEASE);
}

static struct site_info *info_of(uint32_t id, bool create) {
  if (id > SITE_MAX) return NULL;
  struct site_info **chunk = &info_chunks[id >> INFO_CHUNK_LOG2];
  struct site_info *infos = __atomic_load_n(chunk, __ATOMIC_ACQUIRE);
  if (!infos) {
    if (!create || !(infos = system_map(INFO_CHUNK * sizeof *infos))) return NULL;
    struct site_info *expected = NULL;
    if (!__atomic_compare_exchange_n(chunk, &expected, infos, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
      system_unmap(infos, INFO_CHUNK * sizeof *infos);
      infos = expected;
    }
  }
  return &infos[id & (INFO_CHUNK - 1)];
}

bool site_narrow(uint32_t site, uint64_t *size, uint64_t *alignment) {
  if (site == 0) return false;
  if (site < FIRST_SITE) {
    *size = (site - 1) / ALIGNMENTS;
    unsigned field = (site - 1) % ALIGNMENTS;
    *alignment = field == ALIGNMENTS - 1 ? ALIGNMENT_UNKNOWN : alignment_of_field(field);
    return true;
  }
  const struct site_info *info = info_of(site, false);
  if (!info || !info->narrow) return false;
  *size = info->size;
  *alignment = alignment_of_field(info->alignment);
  return true;
}

uintptr_t site_first_block(uint32_t site) {
  const struct site_info *info = site >= FIRST_SITE ? info_of(site, false) : NULL;
  return info ? info->first_block : 0;
}

static uint32_t compose(uint32_t id, uint32_t world, bool on_c) {
  return STATE_LIVE | (on_c ? WORD_ON_C : 0) | world << WORD_WORLD_SHIFT | id << WORD_SITE_SHIFT;
}

static uint32_t without_stack(uint32_t world, bool on_c, bool narrow, uint64_t size, uint64_t alignment) {
  unsigned field = alignment_field(alignment);
  uint32_t id = narrow ? 1 + (uint32_t)size * ALIGNMENTS + (field < ALIGNMENTS ? field : ALIGNMENTS - 1) : 0;
  return compose(id, world, on_c);
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
  if (id <= SITE_MAX) return id;
  __atomic_store_n(&last_id, SITE_MAX, __ATOMIC_RELAXED);
  __atomic_fetch_or(&ledger->flags, LEDGER_SITES_FULL, __ATOMIC_RELAXED);
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
  size_t at = (size_t)(site_probe(table, key) - table->entries);
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
      __atomic_store_n(&site_table, bigger, __ATOMIC_RELEASE);
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

static uint32_t new_site(const struct call_place *place, unsigned function, uint32_t world, bool on_c, bool narrow,
                         uint64_t size, uint64_t alignment, uintptr_t block) {
  uint32_t id = next_site();
  struct site_info *info = id ? info_of(id, true) : NULL;
  if (!info) return 0;
  info->first_block = block;
  info->size = narrow ? (uint32_t)size : 0;
  info->alignment = narrow ? (uint8_t)alignment_field(alignment) : 0;
  info->narrow = narrow;
  write_stack(id, place, function, block);
  return compose(id, world, on_c);
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

uint32_t site_word(const struct call_place *place, unsigned function, uint32_t world, bool on_c, bool narrow,
                   uint64_t size, uint64_t alignment, uintptr_t block) {
  if (world == WORLD_C) world = c_world_of_call(place->return_address);
  if (busy || !ledger_active()) return without_stack(world, on_c, narrow, size, alignment);
  busy = true;
  uint64_t part = narrow ? (size + 1) * 0xC2B2AE3D27D4EB4Full + alignment_field(alignment) * 0x165667B19E3779F9ull : 0;
  uint64_t key = site_key(place, function) + part;
  uint32_t low = (uint32_t)place->return_address;
  struct site_table *table = __atomic_load_n(&site_table, __ATOMIC_ACQUIRE);
  uint32_t word = known(table, key);
  if (!word && has_room(table)) {
    uint64_t shared = place->return_address + SITE_SALT(function) + part + 0x5851F42D4C957F2Dull;
    if (!too_many_depths(place)) {
      word = new_site(place, function, world, on_c, narrow, size, alignment, block);
    } else if (!(word = known(table, shared))) {
      word = new_site(place, function, world, on_c, narrow, size, alignment, block);
      if (word) remember(table, shared, low, word);
    }
    if (word) remember(table, key, low, word);
  }
  busy = false;
  if (!word) return without_stack(world, on_c, narrow, size, alignment);
  /* What a block rests on can differ between two blocks of one place; the stack is the same. */
  return (word & ~(WORD_ON_C | WORD_WORLD_MASK)) | (on_c ? WORD_ON_C : 0) | world << WORD_WORLD_SHIFT;
}

void sites_forget(uintptr_t start, uintptr_t end) {
  struct site_table *table = __atomic_load_n(&site_table, __ATOMIC_ACQUIRE);
  for (size_t i = 0; i < capacity_of(table); i++) {
    struct site_entry *entry = &table->entries[i];
    if (entry->key <= KEY_TAKEN || entry->low - (uint32_t)start >= (uint32_t)(end - start)) continue;
    __atomic_store_n(&entry->key, KEY_GONE, __ATOMIC_RELEASE);
  }
}
