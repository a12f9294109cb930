/* Call sites: one word for each (return address, stack depth) that births a block. The hot path finds it with one
 * probe; the first time it is unwound and recorded. Of narrow blocks the size and alignment are part of the site; such
 * sites share one recorded stack. */
#ifndef CROSSFREE_SITES_H
#define CROSSFREE_SITES_H

#include "common.h"
#include "shadow.h"
#include "site_table.h"

/* Differs for each function, so that a tail-calling wrapper does not confuse two of them. */
#define SITE_FACTOR_OF(function) (SITE_FACTOR + (uint64_t)(function) * 0x2CACCF633C6EF3F2ull)

/* `part`: of a narrow block narrow_part of its layout, else 0. */
ALWAYS_INLINE uint64_t site_key(const struct call_place *place, unsigned function, uint64_t part) {
  return (place->return_address + (stack_depth(place->stack) << 44) + part) * SITE_FACTOR_OF(function);
}

/* What tells narrow blocks of one place from each other: nothing that two return addresses differ by. */
ALWAYS_INLINE uint64_t narrow_part(uint32_t layout) { return (uint64_t)(layout + 1) << 32; }

/* The ids below have no stack; they only carry the size of narrow blocks. */
#define FIRST_SITE 256
#define NARROW_ALIGNMENTS 6 /* how many of them: 1, 2, 4, 8, 16, and one for all others */

/* What is known of an id. */
struct site_info {
  uintptr_t address; /* the first block born here; of a pair, the return address of the release */
  uint32_t of;       /* the id whose stack is recorded; of a pair, that of the birth, with SITE_IS_RELEASE */
};

#define SITE_RELEASE_BIT 31
#define SITE_IS_RELEASE (1u << SITE_RELEASE_BIT)
#define SITE_IS_SHARED (1u << 30) /* reached at so many depths that they share it */
#define SITE_CHUNK_LOG2 13
#define SITE_CHUNK ((size_t)1 << SITE_CHUNK_LOG2)

/* For readers from outside. */
extern struct site_info *site_chunks[(SITE_MAX + 1) >> SITE_CHUNK_LOG2] HIDDEN;

/* By site word 1 of its narrow blocks. */
extern uint32_t *site_layouts HIDDEN;

/* Before the first narrow block, once. False: no memory, and there may be none. */
bool site_layouts_start(void);

/* Where word 1 of a block is kept. */
ALWAYS_INLINE const uint32_t *layout_place(const uint32_t *cell, uint32_t word) {
  return word & WORD_NARROW ? &site_layouts[word_site(word)] : &cell[1];
}

/* The word for a block of `world` born at `place`. `narrow`: its size and alignment
 * become part of the site. Preserves nothing but works anywhere. */
uint32_t site_word(const struct call_place *place, unsigned function, uint32_t world, bool on_c, bool narrow,
                   uint64_t size, uint64_t alignment, uintptr_t block);

/* What was born or released from these addresses: other code may come there. */
void sites_forget(uintptr_t start, uintptr_t end);

/* An id for the releases of a site's blocks from one return address; 0: there are no more. */
uint32_t site_of_release(uint32_t site, uintptr_t return_address);

/* The site of the birth that an id of a released block stands for; `*released_at` is 0 when that was not kept. */
uint32_t site_born(uint32_t id, uintptr_t *released_at);

/* The recorded stack of a site, and the first block that was born there; 0: none. */
uint32_t site_stack(uint32_t site);
uintptr_t site_first_block(uint32_t site);

/* Records a stack without a site, for a death. 0 when it could not be written. */
uint32_t stack_record(const struct call_place *place, unsigned function, uintptr_t block);

/* Records a stack that is known already, as long as there is room beside findings. 0 when it could not be written. */
uint32_t stack_write(const uint64_t *frames, size_t count, bool truncated, unsigned function);

#endif
