/* Call sites: one word for each (return address, stack depth) that births a block.
 * The hot path finds it with one probe; the first time it is unwound and recorded. */
#ifndef CROSSFREE_SITES_H
#define CROSSFREE_SITES_H

#include "common.h"
#include "shadow.h"

struct site_entry {
  uint64_t key;
  uint32_t word;     /* the shadow word of a live block born here; 0: not ready */
  uint32_t low;      /* of the return address: the site goes when its module goes */
};

struct site_table {
  unsigned shift;
  unsigned used;
  uint64_t padding;
  struct site_entry entries[];
};

extern struct site_table *site_table HIDDEN;

/* Differs for each function, so that a tail-calling wrapper does not confuse two of them. */
#define SITE_SALT(function) ((uint64_t)(function) << 40)

ALWAYS_INLINE uint64_t site_key(const struct call_place *place, unsigned function) {
  return place->return_address + ((place->stack - thread_pointer()) << 44) + SITE_SALT(function);
}

ALWAYS_INLINE struct site_entry *site_probe(struct site_table *table, uint64_t key) {
  return &table->entries[(key * 0x9E3779B97F4A7C15ull) >> table->shift];
}

/* The ids below have no stack; they only carry the size of narrow blocks. */
#define FIRST_SITE 128

void site_start(void);

/* The word for a block of `world` born at `place`. `narrow`: its size and alignment
 * become part of the site. Preserves nothing but works anywhere. */
uint32_t site_word(const struct call_place *place, unsigned function, uint32_t world, bool on_c, bool narrow,
                   uint64_t size, uint64_t alignment, uintptr_t block);

/* True when blocks of this site have word 0 alone; gives their size and alignment. */
bool site_narrow(uint32_t site, uint64_t *size, uint64_t *alignment);

/* The first block that was born at a site. */
uintptr_t site_first_block(uint32_t site);

/* The modules between these addresses are gone, and what is mapped there next is other code. */
void sites_forget(uintptr_t start, uintptr_t end);

/* Records a stack without a site, for a death. 0 when it could not be written. */
uint32_t stack_record(const struct call_place *place, unsigned function, uintptr_t block);

/* Records a stack that is known already, as long as there is room beside findings. 0 when it could not be written. */
uint32_t stack_write(const uint64_t *frames, size_t count, bool truncated, unsigned function);

#endif
