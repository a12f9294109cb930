/* Who owns which block: a word per 16 bytes of address space, in leaves of
 * 16 MiB that stand for 64 MiB each and cost memory only where blocks are.
 *
 *   word 0 of a block     31        12  11   6   5      4      3     2 1 0
 *                        +-----------+------+-------+-------+------+-------+
 *                        |   site    | world|packed |stacked| on C | state |
 *                        +-----------+------+-------+-------+------+-------+
 *   word 1, when the      31           8 7          3 2 1 0
 *   block spans it       +--------------+------------+-------+
 *                        |     size     | log2 align | 0 0 0 |
 *                        +--------------+------------+-------+
 *
 * A size that does not fit is all ones, and words 2 and 3 hold it (29 bits
 * each, shifted by 3). When the block is released, word 2 takes the low 23 bits
 * of the return address (and a large block forgets its size); a block too small
 * for three words packs size (6 bits) and return address into word 1, and
 * says so in word 0. A block of at most 16 bytes from
 * an allocator that packs blocks that tightly has word 0 alone: its size is
 * part of its site. Payload words have state 0, so that none is taken for a start.
 *
 * Blocks at addresses that are no multiple of 16, and all blocks where a leaf
 * is refused (address-space limit), live in a hash table instead.
 */
#ifndef CROSSFREE_SHADOW_H
#define CROSSFREE_SHADOW_H

#include "common.h"

/* A bit each, so that the short paths ask with one test. */
enum block_state { STATE_NONE = 0, STATE_LIVE = 1, STATE_PASSING = 2, STATE_FREED = 4 };

#define WORD_STATE 7u
#define WORD_ON_C 8u      /* rests on a block of the c world at the same address */
#define WORD_STACKED 16u  /* a live c block lies under it, kept in the hash table */
#define WORD_PACKED 32u   /* FREED: word 1 holds size and address; LIVE: word 1 is not this block's */
#define WORD_WORLD_SHIFT 6
#define WORD_WORLD_MASK (63u << WORD_WORLD_SHIFT)
#define WORD_SITE_SHIFT 12
#define SITE_MAX ((1u << 20) - 1)

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
#define LARGEST_TWO_WORDS 32   /* up to this size a block may span just two granules */
#define PACKED_SIZE_MASK (63u << ALIGN_SHIFT)
#define PACKED_ADDRESS_SHIFT 9
#define PACKED_ADDRESS_BITS 23

#define REGION_SHIFT 26
#define LEAF_WORDS ((size_t)1 << (REGION_SHIFT - 4))
#define LEAF_MASK (LEAF_WORDS - 1)
/* Behind the words: a page, as a block at the end keeps its words inside, and one for a bit per page (extents.h). */
#define LEAF_PAGE_BITS_AT (LEAF_WORDS * sizeof(uint32_t) + 4096)
#define LEAF_BYTES (LEAF_PAGE_BITS_AT + 4096)
#define TOP_ENTRIES (ADDRESS_LIMIT >> REGION_SHIFT)

extern uint32_t **shadow_top HIDDEN;

/* A block as the shadow knows it. */
struct block {
  uintptr_t start;
  uint32_t word;          /* word 0 */
  uint64_t size;          /* SIZE_UNKNOWN when it was not kept */
  uint64_t alignment;     /* 0: the allocator's default; ALIGNMENT_UNKNOWN: nobody said */
  uintptr_t released_low; /* FREED: low bits of the first release's return address */
  unsigned released_bits; /* how many; 0: none kept */
};

/* Call once, before anything else here. */
void shadow_start(void);

/* The block that starts at `address`; false when nothing is known of it. */
bool shadow_read(uintptr_t address, struct block *block);

/* Sets the block's words. `narrow`: the block spans one granule only. */
void shadow_write(const struct block *block, bool narrow);

/* Marks as released, keeping what fits of `return_address`. */
void shadow_write_freed(const struct block *block, bool narrow, uintptr_t return_address);

/* Changes word 0 alone. */
void shadow_set_word(uintptr_t address, uint32_t word);

/* The live block that covers `address` without starting there. `low` bounds the search. */
bool shadow_covering(uintptr_t address, uintptr_t low, struct block *block);

/* The c block kept under a stacked one. */
void shadow_push_under(const struct block *block);
bool shadow_pop_under(uintptr_t address, struct block *block);

/* No more leaves: an address-space limit is coming. */
void shadow_compact(void);

/* For mlockall: is it our reservation? */
bool shadow_owns(uintptr_t start, uintptr_t end);

/* The leaf of an address, made when `create`; NULL when it is refused. */
uint32_t *shadow_leaf(uintptr_t address, bool create);

ALWAYS_INLINE uint32_t *shadow_cell(uintptr_t address) {
  uint32_t *leaf = shadow_top[address >> REGION_SHIFT];
  return leaf ? leaf + ((address >> 4) & LEAF_MASK) : NULL;
}

#endif
