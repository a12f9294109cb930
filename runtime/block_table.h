/* Blocks by address in a hash table: for those that the shadow's words cannot hold. No lock: an entry, once made, stays
 * where it is, and only one thread at a time has to do with a block. A table grows by levels; a start that finds its
 * places taken in one level goes to the next. */
#ifndef CROSSFREE_BLOCK_TABLE_H
#define CROSSFREE_BLOCK_TABLE_H

#include "shadow.h"

struct table_entry {
  uintptr_t start; /* 0: empty */
  uint32_t word;   /* STATE_NONE: it was removed */
  uint32_t alignment; /* alignment_field */
  uint64_t size;
};

#define TABLE_LEVELS 12

struct block_table {
  struct table_entry *levels[TABLE_LEVELS]; /* each four times as large as the one before; NULL: not made */
};

bool table_read(struct block_table *table, uintptr_t start, struct block *block);

/* False: there is no room. */
bool table_write(struct block_table *table, const struct block *block);

/* Changes its word in one step. False: it is not as it was seen. */
bool table_change(struct block_table *table, struct block *block, uint32_t word);

bool table_remove(struct block_table *table, uintptr_t start, struct block *block);

/* The live block with the greatest start below `address` that covers it; slow. */
bool table_covering(struct block_table *table, uintptr_t address, struct block *block);

#endif
