/* Blocks by address in a hash table: for those that the shadow's words cannot hold. */
#ifndef CROSSFREE_BLOCK_TABLE_H
#define CROSSFREE_BLOCK_TABLE_H

#include "lock.h"
#include "shadow.h"

#define TABLE_SHARDS 64

struct table_entry {
  uintptr_t start; /* 0: empty */
  uint32_t word;
  uint32_t alignment; /* alignment_field */
  uint64_t size;
};

struct table_places {
  size_t capacity;
  struct table_entry entries[];
};

/* One pointer is all that changes when a shard grows: a fork at any moment finds it whole. */
struct table_shard {
  struct lock lock;
  size_t used;
  struct table_places *places; /* NULL: none yet */
};

struct block_table {
  struct table_shard shards[TABLE_SHARDS];
};

bool table_read(struct block_table *table, uintptr_t start, struct block *block);
bool table_write(struct block_table *table, const struct block *block);
bool table_remove(struct block_table *table, uintptr_t start, struct block *block);

/* The live block with the greatest start below `address` that covers it; slow. */
bool table_covering(struct block_table *table, uintptr_t address, struct block *block);

#endif
