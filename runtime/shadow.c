#include "shadow.h"

#include <sys/resource.h>

#include "block_table.h"
#include "ledger.h"
#include "sites.h"
#include "system.h"


uint32_t **shadow_top;

static struct block_table odd_blocks;   /* where words do not serve */
static struct block_table under_blocks; /* c blocks below stacked ones */
static bool compact;                    /* an address-space limit: no leaves at all */
static uint32_t *no_top[1];

#define LEAVES_LISTED 4096
static uint32_t *leaves[LEAVES_LISTED]; /* for mlockall */
static unsigned leaf_count;

#define PAYLOAD_BITS 29
#define PAYLOAD_MASK ((1u << PAYLOAD_BITS) - 1)

AT_START void shadow_start(void) {
  struct rlimit limit;
  if (system_call6(SYS_prlimit64, 0, RLIMIT_AS, 0, (long)&limit, 0, 0) == 0 && limit.rlim_cur != RLIM_INFINITY &&
      limit.rlim_cur < (64ull << 30))
    compact = true;
  size_t bytes = TOP_ENTRIES * sizeof *shadow_top;
  /* Readable zero pages: a table that is never written costs no memory. */
  uint32_t **top = system_map(bytes);
  if (top) {
    system_advise(top, bytes, MADV_NOHUGEPAGE);
    system_advise(top, bytes, MADV_DONTDUMP);
    shadow_top = top;
  } else {
    compact = true;
    shadow_top = no_top;
  }
}

static uint32_t *make_leaf(void) {
  if (ledger_is_frozen()) return system_map(LEAF_BYTES); /* one system call, of a kind that every sandbox allows */
  /* No access first: under mlockall(MCL_FUTURE) a readable mapping would be filled at once. */
  uint32_t *leaf = system_map_at(NULL, LEAF_BYTES, PROT_NONE, MAP_NORESERVE);
  if (!leaf) return NULL;
  system_call(SYS_munlock, leaf, LEAF_BYTES, 0);
  system_advise(leaf, LEAF_BYTES, MADV_NOHUGEPAGE);
  system_advise(leaf, LEAF_BYTES, MADV_DONTDUMP);
  if (system_protect(leaf, LEAF_BYTES, PROT_READ | PROT_WRITE) == 0) return leaf;
  system_unmap(leaf, LEAF_BYTES);
  return NULL;
}

uint32_t *shadow_leaf(uintptr_t address, bool create) {
  if (address >= ADDRESS_LIMIT || shadow_top == no_top) return NULL;
  uint32_t **slot = &shadow_top[address >> REGION_SHIFT];
  uint32_t *leaf = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
  if (leaf || !create || compact || !(leaf = make_leaf())) return leaf;
  uint32_t *expected = NULL;
  if (!__atomic_compare_exchange_n(slot, &expected, leaf, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
    system_unmap(leaf, LEAF_BYTES);
    return expected;
  }
  unsigned at = __atomic_fetch_add(&leaf_count, 1, __ATOMIC_RELAXED);
  if (at < LEAVES_LISTED) leaves[at] = leaf;
  return leaf;
}

static uint32_t *cell_of(uintptr_t address, bool create) {
  if (address & 15) return NULL;
  uint32_t *leaf = shadow_leaf(address, create);
  return leaf ? leaf + ((address >> 4) & LEAF_MASK) : NULL;
}

static void decode(const uint32_t *cell, uintptr_t address, struct block *block) {
  uint32_t word = __atomic_load_n(cell, __ATOMIC_ACQUIRE);
  *block = (struct block){.start = address, .word = word, .size = SIZE_UNKNOWN};
  uint64_t size, alignment;
  if (site_narrow(word_site(word), &size, &alignment)) {
    block->size = size;
    block->alignment = alignment;
    return;
  }
  uint32_t size_field = cell[1] >> SIZE_SHIFT, align_field = (cell[1] >> ALIGN_SHIFT) & 31;
  if (word & WORD_PACKED) {
    block->size = (cell[1] >> ALIGN_SHIFT) & 63;
    block->released_low = cell[1] >> PACKED_ADDRESS_SHIFT;
    block->released_bits = PACKED_ADDRESS_BITS;
    return;
  }
  block->alignment = alignment_of_field(align_field);
  if (size_field != SIZE_BIG) {
    block->size = size_field;
    if (word_state(word) == STATE_FREED && size_field > LARGEST_TWO_WORDS) {
      block->released_low = cell[2] >> PACKED_ADDRESS_SHIFT;
      block->released_bits = PACKED_ADDRESS_BITS;
    }
  } else if (word_state(word) != STATE_FREED) {
    block->size = (uint64_t)(cell[2] >> PAYLOAD_SHIFT) | (uint64_t)(cell[3] >> PAYLOAD_SHIFT) << PAYLOAD_BITS;
  }
}

bool shadow_read(uintptr_t address, struct block *block) {
  uint32_t *cell = cell_of(address, false);
  if (cell) {
    if (word_state(cell[0]) == STATE_NONE) return false;
    decode(cell, address, block);
    return true;
  }
  return address < ADDRESS_LIMIT && table_read(&odd_blocks, address, block);
}

void shadow_write(const struct block *block, bool narrow) {
  uint32_t *cell = cell_of(block->start, true);
  if (!cell) {
    if (!table_write(&odd_blocks, block)) ledger_count_untracked();
    return;
  }
  if (narrow) {
    cell[0] = block->word;
    return;
  }
  uint32_t align_field = alignment_field(block->alignment);
  uint32_t size_field = block->size < SIZE_BIG ? (uint32_t)block->size : SIZE_BIG;
  cell[1] = size_field << SIZE_SHIFT | align_field << ALIGN_SHIFT;
  if (size_field == SIZE_BIG) {
    cell[2] = (uint32_t)(block->size & PAYLOAD_MASK) << PAYLOAD_SHIFT;
    cell[3] = (uint32_t)(block->size >> PAYLOAD_BITS & PAYLOAD_MASK) << PAYLOAD_SHIFT;
  }
  /* Last: who looks from another thread and sees it live sees its size. */
  __atomic_store_n(&cell[0], block->word, __ATOMIC_RELEASE);
}

void shadow_write_freed(const struct block *block, bool narrow, uintptr_t return_address) {
  uint32_t *cell = cell_of(block->start, false);
  if (!cell) {
    struct block freed = *block;
    freed.released_low = return_address;
    if (!table_write(&odd_blocks, &freed)) ledger_count_untracked();
    return;
  }
  bool packed = !narrow && block->size <= LARGEST_TWO_WORDS;
  __atomic_store_n(&cell[0], packed ? block->word | WORD_PACKED : block->word, __ATOMIC_RELAXED);
  __atomic_signal_fence(__ATOMIC_SEQ_CST); /* first, for the same reason */
  if (narrow || block->size >= SIZE_BIG) return;
  if (packed)
    cell[1] = (uint32_t)return_address << PACKED_ADDRESS_SHIFT | (uint32_t)block->size << ALIGN_SHIFT;
  else
    cell[2] = (uint32_t)return_address << PACKED_ADDRESS_SHIFT;
}

void shadow_set_word(uintptr_t address, uint32_t word) {
  uint32_t *cell = cell_of(address, false);
  if (cell) {
    cell[0] = word;
    return;
  }
  struct block block;
  if (table_read(&odd_blocks, address, &block)) {
    block.word = word;
    table_write(&odd_blocks, &block);
  }
}

#define SEARCH_MAX ((uintptr_t)256 << 20)

bool shadow_covering(uintptr_t address, uintptr_t low, struct block *block) {
  struct block best;
  /* A block so large that the search would not reach its start has a mapping of its own. */
  if (address - low > SEARCH_MAX) {
    if (shadow_read(low + 16, block) && word_state(block->word) == STATE_LIVE && block->size != SIZE_UNKNOWN &&
        address - block->start < block->size)
      return true;
    low = address - SEARCH_MAX;
  }
  bool found = table_covering(&odd_blocks, address, &best);
  uintptr_t first = (address - 1) & ~(uintptr_t)15;
  for (uintptr_t at = first; at >= low && at != 0;) {
    uint32_t *leaf = shadow_leaf(at, false);
    if (!leaf) {
      if ((at >> REGION_SHIFT) == 0) break;
      at = ((at >> REGION_SHIFT) << REGION_SHIFT) - 16;
      continue;
    }
    const uint32_t *cell = leaf + ((at >> 4) & LEAF_MASK);
    if (word_state(cell[0]) == STATE_LIVE && !(cell[0] & WORD_STACKED)) {
      decode(cell, at, block);
      bool covers = block->size != SIZE_UNKNOWN && address - at < block->size;
      if (covers) {
        if (found && best.start > at) break;
        return true;
      }
      /* A smaller live block in between belongs to an arena inside the one we look for. */
    }
    at -= 16;
  }
  if (found) *block = best;
  return found;
}

void shadow_push_under(const struct block *block) { table_write(&under_blocks, block); }
bool shadow_pop_under(uintptr_t address, struct block *block) { return table_remove(&under_blocks, address, block); }

static unsigned leaves_listed(void) { return leaf_count < LEAVES_LISTED ? leaf_count : LEAVES_LISTED; }

static bool overlaps(const void *area, size_t size, uintptr_t start, uintptr_t end) {
  return area && (uintptr_t)area < end && start < (uintptr_t)area + size;
}

bool shadow_owns(uintptr_t start, uintptr_t end) {
  if (overlaps(shadow_top == no_top ? NULL : shadow_top, TOP_ENTRIES * sizeof *shadow_top, start, end)) return true;
  for (unsigned i = 0; i < leaves_listed(); i++)
    if (overlaps(leaves[i], LEAF_BYTES, start, end)) return true;
  return false;
}

void shadow_compact(void) { compact = true; }
