#include "block_table.h"

#include <string.h>

#include "ends.h"

THREAD_LOCAL int cached_pid, cached_tid;

static uint64_t hash_of(uintptr_t address) { return (uint64_t)address * 0x9E3779B97F4A7C15ull; }

static struct table_shard *shard_of(struct block_table *table, uintptr_t start) {
  return &table->shards[hash_of(start) >> 58];
}

/* The entry of `start`, or the empty place for it. */
static struct table_entry *probe(struct table_places *places, uintptr_t start) {
  size_t mask = places->capacity - 1, at = (size_t)(hash_of(start) >> 20) & mask;
  while (places->entries[at].start && places->entries[at].start != start) at = (at + 1) & mask;
  return &places->entries[at];
}

static size_t bytes_of(size_t capacity) { return sizeof(struct table_places) + capacity * sizeof(struct table_entry); }

static bool grow(struct table_shard *shard) {
  struct table_places *old = shard->places;
  size_t capacity = old ? old->capacity * 2 : 128;
  struct table_places *bigger = system_map(bytes_of(capacity));
  if (!bigger) return false;
  bigger->capacity = capacity;
  for (size_t i = 0; old && i < old->capacity; i++)
    if (old->entries[i].start) *probe(bigger, old->entries[i].start) = old->entries[i];
  __atomic_store_n(&shard->places, bigger, __ATOMIC_RELEASE);
  if (old) system_unmap(old, bytes_of(old->capacity));
  return true;
}

static void to_block(const struct table_entry *entry, struct block *block) {
  block->start = entry->start;
  block->word = entry->word;
  block->size = entry->size;
  block->alignment = alignment_of_field(entry->alignment);
  block->released_at = 0;
  if (word_state(block->word) == STATE_FREED) block->word = end_born_word(block->word, &block->released_at);
}

bool table_read(struct block_table *table, uintptr_t start, struct block *block) {
  struct table_shard *shard = shard_of(table, start);
  if (!shard->places) return false;
  lock_take(&shard->lock);
  struct table_entry *entry = probe(shard->places, start);
  bool found = entry->start != 0;
  if (found) to_block(entry, block);
  lock_release(&shard->lock);
  return found;
}

bool table_write(struct block_table *table, const struct block *block) {
  struct table_shard *shard = shard_of(table, block->start);
  lock_take(&shard->lock);
  bool room = (shard->places && shard->used * 2 < shard->places->capacity) || grow(shard);
  if (room) {
    struct table_entry *entry = probe(shard->places, block->start);
    if (!entry->start) shard->used++;
    *entry = (struct table_entry){
        .start = block->start,
        .word = block->word,
        .size = block->size,
        .alignment = alignment_field(block->alignment),
    };
  }
  lock_release(&shard->lock);
  return room;
}

bool table_remove(struct block_table *table, uintptr_t start, struct block *block) {
  struct table_shard *shard = shard_of(table, start);
  if (!shard->places) return false;
  lock_take(&shard->lock);
  struct table_entry *entry = probe(shard->places, start);
  bool found = entry->start != 0;
  if (found) {
    to_block(entry, block);
    /* Close the gap, so that later probes still find what lies behind it. */
    struct table_entry *entries = shard->places->entries;
    size_t mask = shard->places->capacity - 1, hole = (size_t)(entry - entries), at = hole;
    for (;;) {
      at = (at + 1) & mask;
      if (!entries[at].start) break;
      size_t home = (size_t)(hash_of(entries[at].start) >> 20) & mask;
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        entries[hole] = entries[at];
        hole = at;
      }
    }
    memset(&entries[hole], 0, sizeof *entry);
    shard->used--;
  }
  lock_release(&shard->lock);
  return found;
}

bool table_covering(struct block_table *table, uintptr_t address, struct block *block) {
  bool found = false;
  for (size_t i = 0; i < TABLE_SHARDS; i++) {
    struct table_shard *shard = &table->shards[i];
    if (!shard->places) continue;
    lock_take(&shard->lock);
    for (size_t at = 0; at < shard->places->capacity; at++) {
      const struct table_entry *entry = &shard->places->entries[at];
      if (!entry->start || word_state(entry->word) != STATE_LIVE || entry->size == SIZE_UNKNOWN) continue;
      if (entry->start >= address || address - entry->start >= entry->size) continue;
      if (found && entry->start <= block->start) continue;
      to_block(entry, block);
      found = true;
    }
    lock_release(&shard->lock);
  }
  return found;
}
