#include "block_table.h"

#include "ends.h"
#include "reserve.h"

#define FIRST_LOG2 10
#define PROBES 32

static uint64_t hash_of(uintptr_t address) { return (uint64_t)address * 0x9E3779B97F4A7C15ull; }

static unsigned log2_of(unsigned level) { return FIRST_LOG2 + 2 * level; }

static struct table_entry *level_made(struct block_table *table, unsigned level) {
  return reserve_once((void **)&table->levels[level], sizeof(struct table_entry) << log2_of(level));
}

/* The entry of `start`; NULL: none. Nothing is ever taken out, so that an empty place ends the search. */
static struct table_entry *find(struct block_table *table, uintptr_t start, bool create) {
  for (unsigned level = 0; level < TABLE_LEVELS; level++) {
    struct table_entry *entries = create ? level_made(table, level) : __atomic_load_n(&table->levels[level], __ATOMIC_ACQUIRE);
    if (!entries) return NULL;
    size_t mask = ((size_t)1 << log2_of(level)) - 1, at = (size_t)(hash_of(start) >> (64 - log2_of(level)));
    for (unsigned i = 0; i < PROBES; i++) {
      struct table_entry *entry = &entries[(at + i) & mask];
      uintptr_t found = __atomic_load_n(&entry->start, __ATOMIC_ACQUIRE);
      if (!found && !create) return NULL;
      if (!found && __atomic_compare_exchange_n(&entry->start, &found, start, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) return entry;
      if (found == start) return entry;
    }
  }
  return NULL;
}

/* False: it is not there any more. */
static bool to_block(const struct table_entry *entry, struct block *block) {
  *block = (struct block){.start = entry->start, .word = __atomic_load_n(&entry->word, __ATOMIC_ACQUIRE), .size = entry->size};
  block->seen = block->word;
  block->alignment = alignment_of_field(entry->alignment);
  if (word_state(block->word) == STATE_FREED) block->word = end_born_word(block->word, &block->released_at);
  return word_state(block->word) != STATE_NONE;
}

bool table_read(struct block_table *table, uintptr_t start, struct block *block) {
  const struct table_entry *entry = find(table, start, false);
  return entry && to_block(entry, block);
}

bool table_write(struct block_table *table, const struct block *block) {
  struct table_entry *entry = find(table, block->start, true);
  if (!entry) return false;
  entry->alignment = alignment_field(block->alignment);
  entry->size = block->size;
  __atomic_store_n(&entry->word, block->word, __ATOMIC_RELEASE);
  return true;
}

bool table_change(struct block_table *table, struct block *block, uint32_t word) {
  struct table_entry *entry = find(table, block->start, false);
  uint32_t seen = block->seen;
  if (!entry || !__atomic_compare_exchange_n(&entry->word, &seen, word, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) return false;
  block->seen = word;
  return true;
}

bool table_remove(struct block_table *table, uintptr_t start, struct block *block) {
  struct table_entry *entry = find(table, start, false);
  if (!entry || !to_block(entry, block)) return false;
  __atomic_store_n(&entry->word, STATE_NONE, __ATOMIC_RELEASE);
  return true;
}

bool table_covering(struct block_table *table, uintptr_t address, struct block *block) {
  bool found = false;
  for (unsigned level = 0; level < TABLE_LEVELS; level++) {
    const struct table_entry *entries = __atomic_load_n(&table->levels[level], __ATOMIC_ACQUIRE);
    for (size_t at = 0; entries && at < (size_t)1 << log2_of(level); at++) {
      const struct table_entry *entry = &entries[at];
      if (!entry->start || word_state(entry->word) != STATE_LIVE || entry->size == SIZE_UNKNOWN) continue;
      if (entry->start >= address || address - entry->start >= entry->size) continue;
      if (found && entry->start <= block->start) continue;
      found |= to_block(entry, block);
    }
  }
  return found;
}
