#include "block_table.h"

#include <string.h>

#include "ends.h"

THREAD_LOCAL int cached_pid, cached_tid;

static uint64_t hash_of(uintptr_t address) { return (uint64_t)address * 0x9E3779B97F4A7C15ull; }

static struct table_shard *shard_of(struct block_table *table, uintptr_t start) {
  return &table->shards[hash_of(start) >> 58];
}

/* The entry of `start`, or the empty place for it. */
static struct table_entry *probe(struct table_shard *shard, uintptr_t start) {
  size_t at = (size_t)(hash_of(start) >> 20) & (shard->capacity - 1);
  while (shard->entries[at].start && shard->entries[at].start != start) at = (at + 1) & (shard->capacity - 1);
  return &shard->entries[at];
}

static bool grow(struct table_shard *shard) {
  size_t capacity = shard->capacity ? shard->capacity * 2 : 128;
  struct table_entry *entries = system_map(capacity * sizeof *entries);
  if (!entries) return false;
  struct table_shard bigger = {.capacity = capacity, .entries = entries};
  for (size_t i = 0; i < shard->capacity; i++)
    if (shard->entries[i].start) *probe(&bigger, shard->entries[i].start) = shard->entries[i];
  if (shard->entries) system_unmap(shard->entries, shard->capacity * sizeof *entries);
  shard->capacity = capacity;
  shard->entries = entries;
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
  if (!shard->capacity) return false;
  lock_take(&shard->lock);
  struct table_entry *entry = probe(shard, start);
  bool found = entry->start != 0;
  if (found) to_block(entry, block);
  lock_release(&shard->lock);
  return found;
}

bool table_write(struct block_table *table, const struct block *block) {
  struct table_shard *shard = shard_of(table, block->start);
  lock_take(&shard->lock);
  bool room = shard->used * 2 < shard->capacity || grow(shard);
  if (room) {
    struct table_entry *entry = probe(shard, block->start);
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
  if (!shard->capacity) return false;
  lock_take(&shard->lock);
  struct table_entry *entry = probe(shard, start);
  bool found = entry->start != 0;
  if (found) {
    to_block(entry, block);
    /* Close the gap, so that later probes still find what lies behind it. */
    size_t mask = shard->capacity - 1, hole = (size_t)(entry - shard->entries), at = hole;
    for (;;) {
      at = (at + 1) & mask;
      if (!shard->entries[at].start) break;
      size_t home = (size_t)(hash_of(shard->entries[at].start) >> 20) & mask;
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        shard->entries[hole] = shard->entries[at];
        hole = at;
      }
    }
    memset(&shard->entries[hole], 0, sizeof *entry);
    shard->used--;
  }
  lock_release(&shard->lock);
  return found;
}

bool table_covering(struct block_table *table, uintptr_t address, struct block *block) {
  bool found = false;
  for (size_t i = 0; i < TABLE_SHARDS; i++) {
    struct table_shard *shard = &table->shards[i];
    if (!shard->capacity) continue;
    lock_take(&shard->lock);
    for (size_t at = 0; at < shard->capacity; at++) {
      const struct table_entry *entry = &shard->entries[at];
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
