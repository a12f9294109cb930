#include "release_records.h"

#include "acts.h"
#include "block_rules.h"
#include "ledger.h"
#include "reserve.h"

#define ENTRIES ((size_t)1 << 18)
#define PROBES 64
#define BIRTHS 8 /* of one site; the others are counted with the site alone */

/* Where the counts of a site, or of a birth that ends there, lie in the ledger. */
struct entry {
  uint64_t key;
  void *record; /* NULL: not written, or not yet */
  uint32_t births;
};

static struct entry *entries;

static struct entry *find(uint64_t key, bool *fresh) {
  struct entry *table = reserve_once((void **)&entries, ENTRIES * sizeof *table);
  if (!table) return NULL;
  *fresh = false;
  size_t at = (key * 0x9E3779B97F4A7C15ull) >> 46;
  for (unsigned i = 0; i < PROBES; i++, at = (at + 1) % ENTRIES) {
    uint64_t found = 0;
    if (__atomic_compare_exchange_n(&table[at].key, &found, key, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
      *fresh = true;
      return &table[at];
    }
    if (found == key) return &table[at];
  }
  __atomic_fetch_or(&ledger->flags, LEDGER_SITES_FULL, __ATOMIC_RELAXED);
  return NULL;
}

static struct record_release *write_site(const struct release_seen *seen) {
  const struct release *release = seen->release;
  uint32_t stack = stack_write(seen->frames, seen->frame_count, seen->truncated, release->function);
  struct record_release *record = ledger_begin(RECORD_RELEASE, sizeof *record);
  if (!record) return NULL;
  record->site = seen->site;
  record->world = world_at(release->world, &release->place);
  record->function = release->function;
  record->stack = stack;
  record->left_out = seen->left_out;
  ledger_commit(record);
  return record;
}

static void note_birth(const struct release_seen *seen, struct entry *site) {
  const struct block *block = seen->block;
  uint32_t birth = stack_of_birth(block);
  if (!block) return;
  bool fresh;
  uint64_t key = (seen->site ^ ((uint64_t)birth << 6 | word_world(block->word)) * 0xC2B2AE3D27D4EB4Full) | 1; /* odd: none of a site */
  if (__atomic_load_n(&site->births, __ATOMIC_RELAXED) > BIRTHS) return;
  struct entry *entry = find(key, &fresh);
  if (!entry) return;
  if (fresh && __atomic_add_fetch(&site->births, 1, __ATOMIC_RELAXED) <= BIRTHS) {
    struct record_release_birth *record = ledger_begin(RECORD_RELEASE_BIRTH, sizeof *record);
    if (!record) return;
    record->site = seen->site;
    record->size = block->size;
    record->block = block->start;
    record->world = word_world(block->word);
    record->birth_stack = birth;
    record->birth_exact = site_first_block(birth) == block->start;
    ledger_commit(record);
    __atomic_store_n(&entry->record, record, __ATOMIC_RELEASE);
  }
  struct record_release_birth *record = __atomic_load_n(&entry->record, __ATOMIC_ACQUIRE);
  if (record) __atomic_fetch_add(&record->count, 1, __ATOMIC_RELAXED);
}

void release_note(const struct release_seen *seen) {
  bool fresh;
  struct entry *entry = find(seen->site, &fresh);
  if (!entry) return;
  if (fresh) __atomic_store_n(&entry->record, write_site(seen), __ATOMIC_RELEASE);
  struct record_release *record = __atomic_load_n(&entry->record, __ATOMIC_ACQUIRE);
  if (!record) return;
  __atomic_fetch_add(&record->count, 1, __ATOMIC_RELAXED);
  if (seen->block && seen->block->size != SIZE_UNKNOWN)
    __atomic_fetch_add(&record->bytes, seen->block->size, __ATOMIC_RELAXED);
  note_birth(seen, entry);
}
