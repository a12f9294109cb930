/* Who owns which block: a word per granule of address space, in leaves that stand for 64 MiB each and cost
 * memory only where blocks are.
 *
 *   word 0 of a block     31        12  11   6    5      4       3       2      1 0
 *                        +-----------+------+------+-------+------+-------+-------+
 *                        |   site    | world|narrow| upper | on C |stacked| state |
 *                        +-----------+------+------+-------+------+-------+-------+
 *   word 1, unless the   31           8 7          3 2 1 0
 *   block is narrow      +--------------+------------+-------+
 *                        |     size     | log2 align | 0 0 0 |
 *                        +--------------+------------+-------+
 *
 * A size that does not fit is all ones, and words 2 and 3 hold it (29 bits each, shifted by 3). Words behind
 * word 0 have state 0 and are not stacked, so that none is taken for a start. A block whose granule may be followed
 * at once by another block's is narrow: it has word 0 alone, and its size is part of its site. When a block is released,
 * its site becomes the number of the pair of that site and the return address, or stays where the block itself keeps
 * that address (ends.h).
 *
 * Blocks of glibc's begin at least 32 bytes apart. They have a layer of their own, with granules of 32 bytes,
 * in which `upper` tells in which half a block begins. The layer of all other blocks has granules of 16 bytes.
 *
 * Blocks at addresses that are no multiple of 16, and all blocks where a leaf is refused (address-space
 * limit), live in a hash table instead.
 */
#ifndef CROSSFREE_SHADOW_H
#define CROSSFREE_SHADOW_H

#include "common.h"

enum block_state { STATE_NONE = 0, STATE_FREED = 1, STATE_LIVE = 2, STATE_PASSING = 3 };

#define STATE_TAKEN 2u    /* the bit that LIVE and PASSING share */
#define WORD_STATE 3u
#define WORD_STACKED 4u   /* a live c block lies under it, kept in the hash table */
#define WORD_ON_C 8u      /* rests on a block of the c world at the same address */
#define WORD_UPPER 16u    /* also the bit of the address that it stands for */
#define WORD_NARROW 32u
#define WORD_WORLD_SHIFT 6
#define WORD_WORLD_MASK (63u << WORD_WORLD_SHIFT)
#define WORD_SITE_SHIFT 12
#define SITE_MAX ((1u << 20) - 1)
#define WORD_SITE_MASK (SITE_MAX << WORD_SITE_SHIFT)

/* Of a live block, without its site. */
#define live_word_of(world) (STATE_LIVE | (world) << WORD_WORLD_SHIFT)

#define NO_LIVE_WORD UINT32_MAX /* what none has */

#define word_state(word) ((word) & WORD_STATE)
#define word_world(word) (((word) & WORD_WORLD_MASK) >> WORD_WORLD_SHIFT)
#define word_site(word) ((word) >> WORD_SITE_SHIFT)

#define SIZE_SHIFT 8
#define SIZE_BIG ((1u << 24) - 1)
#define ALIGN_SHIFT 3
#define ALIGN_MASK (31u << ALIGN_SHIFT)
#define PAYLOAD_SHIFT 3
#define ALIGN_FIELD_UNKNOWN 31

/* The alignment as a shadow word keeps it; 1 and the default are alike. */
ALWAYS_INLINE uint32_t alignment_field(uint64_t alignment) {
  if (alignment == ALIGNMENT_UNKNOWN) return ALIGN_FIELD_UNKNOWN;
  return alignment ? (uint32_t)__builtin_ctzll(alignment) : 0;
}
ALWAYS_INLINE uint64_t alignment_of_field(uint32_t field) {
  if (field == ALIGN_FIELD_UNKNOWN) return ALIGNMENT_UNKNOWN;
  return field ? 1ull << field : 0;
}

/* Blocks of fewer bytes are narrow: glibc takes 64 bytes for 41; others may pack blocks of 16 bytes tightly. */
#define NARROW_SPACED 41
#define NARROW_PLAIN 17

#define REGION_SHIFT 26
#define REGION_MASK (((uintptr_t)1 << REGION_SHIFT) - 1)
/* Behind the words two pages: a block at the end keeps its words inside, and after those comes a byte for each page of
 * the leaf that is in memory. */
#define LEAF_WORDS(shift) (((size_t)1 << REGION_SHIFT) >> (shift))
#define LEAF_BYTES(shift) (LEAF_WORDS(shift) * sizeof(uint32_t) + 8192)
#define LEAF_READY_AT 64
#define LEAF_PAGE_SHIFT 12
#define TOP_ENTRIES (ADDRESS_LIMIT >> REGION_SHIFT)

#define SPACED_SHIFT 5
#define PLAIN_SHIFT 4

struct layer {
  uint32_t **top;  /* by region its leaf; NULL: none */
  unsigned shift;  /* log2 of the granule */
  uint32_t upper;  /* WORD_UPPER where the granule is of 32 bytes */
};

enum layer_id { LAYER_SPACED, LAYER_PLAIN, LAYERS };

extern struct layer layers[LAYERS] HIDDEN;

/* A block as the shadow knows it. */
struct block {
  uintptr_t start;
  uint32_t word;         /* word 0, with the site of its birth and without `upper` */
  uint32_t seen;         /* word 0 as it stands there */
  uint64_t size;         /* SIZE_UNKNOWN when it was not kept */
  uint64_t alignment;    /* 0: the allocator's default; ALIGNMENT_UNKNOWN: nobody said */
  uintptr_t released_at; /* FREED: the first release's return address; 0: ask end_released_at */
};

/* Where a block is kept. */
enum block_form { FORM_SPACED = LAYER_SPACED, FORM_PLAIN = LAYER_PLAIN, FORM_TABLE };

/* Before anything else here; any number of times. */
void shadow_start(void);

/* The block that starts at `address`; false when nothing is known of it. */
bool shadow_read(uintptr_t address, struct block *block);

/* The same without the table, and so without a lock. */
bool shadow_read_leaves(uintptr_t address, struct block *block);

/* Where a block that begins here goes, with a leaf made for it. `spaced`: it is a block of glibc's malloc;
 * `stacked`: it begins where one does. */
enum block_form shadow_form(uintptr_t start, bool spaced, bool stacked);

/* Sets the block's words. Its word says whether it is narrow. */
void shadow_write(const struct block *block, enum block_form form);

/* Changes word 0 alone, in one step. False: it is not as it was seen; another thread was quicker. */
bool shadow_change(struct block *block, uint32_t word);

/* Whether word 0 is as it was seen. */
bool shadow_is_as_seen(const struct block *block);

/* Whether a live block of glibc's begins so near that none of glibc's can begin here. */
bool shadow_excludes(uintptr_t address);

/* The live block that covers `address` without starting there. `low` bounds the search. */
bool shadow_covering(uintptr_t address, uintptr_t low, struct block *block);

/* The c block kept under a stacked one. */
void shadow_push_under(const struct block *block);
bool shadow_pop_under(uintptr_t address, struct block *block);

/* No more leaves: an address-space limit is coming. */
void shadow_compact(void);

/* False: every block is in the table. */
bool shadow_has_leaves(void);

/* Gives the address space of all leaves back. No other thread may look there, and no short path. */
void shadow_move_to_table(void);

/* Whether some block of the region of an address may be in a leaf. */
bool shadow_has_leaf(uintptr_t address);

/* The granule's word. */
ALWAYS_INLINE uint32_t *leaf_cell(uint32_t *leaf, uintptr_t address, const struct layer *layer) {
  return leaf + ((address & REGION_MASK) >> layer->shift);
}

/* Whether the page of a leaf around a word is in memory. */
ALWAYS_INLINE uint8_t *leaf_ready(uint32_t *leaf, const uint32_t *cell, const struct layer *layer) {
  return (uint8_t *)(leaf + LEAF_WORDS(layer->shift)) + LEAF_READY_AT + (((uintptr_t)cell - (uintptr_t)leaf) >> LEAF_PAGE_SHIFT);
}

/* Before the first look at a word that is going to be changed. */
void leaf_prepare(uint32_t *cell, uint8_t *ready);

/* WORD_UPPER for a block that begins here, else 0. */
ALWAYS_INLINE uint32_t upper_at(uintptr_t address, const struct layer *layer) {
  return (uint32_t)address & layer->upper;
}

#endif
