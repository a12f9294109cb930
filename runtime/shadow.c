#include "shadow.h"

#include <sys/resource.h>

#include "block_table.h"
#include "ends.h"
#include "ledger.h"
#include "sites.h"
#include "system.h"

static uint32_t *no_top[1];
struct layer layers[LAYERS] = {[LAYER_SPACED] = {no_top, SPACED_SHIFT, WORD_UPPER}, [LAYER_PLAIN] = {no_top, PLAIN_SHIFT, 0}};

static struct block_table odd_blocks;   /* where words do not serve */
static struct block_table under_blocks; /* c blocks below stacked ones */
static bool compact;                    /* an address-space limit: no leaves at all */

#define LEAVES_LISTED 4096
static struct range { uintptr_t start, end; } leaves[LEAVES_LISTED]; /* for mlockall */
static unsigned leaf_count;

#define PAYLOAD_BITS 29
#define PAYLOAD_MASK ((1u << PAYLOAD_BITS) - 1)

AT_START void shadow_start(void) {
  static bool started;
  if (started) return;
  started = true;
  struct rlimit limit;
  if (system_call6(SYS_prlimit64, 0, RLIMIT_AS, 0, (long)&limit, 0, 0) == 0 && limit.rlim_cur != RLIM_INFINITY &&
      limit.rlim_cur < (64ull << 30))
    compact = true;
  size_t bytes = TOP_ENTRIES * sizeof *layers->top;
  /* Readable zero pages: a table that is never written costs no memory. */
  char *tops = site_layouts_start() ? system_map(LAYERS * bytes) : NULL;
  if (!tops) {
    compact = true;
    return;
  }
  system_advise(tops, LAYERS * bytes, MADV_NOHUGEPAGE);
  system_advise(tops, LAYERS * bytes, MADV_DONTDUMP);
  for (unsigned i = 0; i < LAYERS; i++) layers[i].top = (uint32_t **)(tops + i * bytes);
}

static uint32_t *make_leaf(size_t bytes) {
  if (ledger_is_frozen()) return system_map(bytes); /* one system call, of a kind that every sandbox allows */
  /* No access first: under mlockall(MCL_FUTURE) a readable mapping would be filled at once. */
  uint32_t *leaf = system_map_at(NULL, bytes, PROT_NONE, MAP_NORESERVE);
  if (!leaf) return NULL;
  system_call(SYS_munlock, leaf, bytes, 0);
  system_advise(leaf, bytes, MADV_NOHUGEPAGE);
  system_advise(leaf, bytes, MADV_DONTDUMP);
  if (system_protect(leaf, bytes, PROT_READ | PROT_WRITE) == 0) return leaf;
  system_unmap(leaf, bytes);
  return NULL;
}

static uint32_t *leaf_of(const struct layer *layer, uintptr_t address) {
  if (address >= ADDRESS_LIMIT || layer->top == no_top) return NULL;
  return __atomic_load_n(&layer->top[address >> REGION_SHIFT], __ATOMIC_ACQUIRE);
}

/* NULL when it is refused. */
static uint32_t *leaf_made(const struct layer *layer, uintptr_t address) {
  uint32_t *leaf = leaf_of(layer, address), *expected = NULL;
  size_t bytes = LEAF_BYTES(layer->shift);
  if (leaf || address >= ADDRESS_LIMIT || compact || !(leaf = make_leaf(bytes))) return leaf;
  if (!__atomic_compare_exchange_n(&layer->top[address >> REGION_SHIFT], &expected, leaf, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
    system_unmap(leaf, bytes);
    return expected;
  }
  unsigned at = __atomic_fetch_add(&leaf_count, 1, __ATOMIC_RELAXED);
  if (at < LEAVES_LISTED) leaves[at] = (struct range){(uintptr_t)leaf, (uintptr_t)leaf + bytes};
  return leaf;
}

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* since Linux 5.14; before it does nothing */
#endif
#define SMALL_BLOCK 65536

/* Faults are dear, and a page that is read first has two: small blocks lie close together, so that the pages of their
 * words may as well come all at once. */
COLD void leaf_prepare(uint32_t *leaf, uint32_t *cell, uint8_t *ready, uint64_t size) {
  __asm__ volatile("orl $0, %0" : "+m"(*cell) : : "cc");
  if (size >= SMALL_BLOCK || ledger_is_frozen()) return;
  uintptr_t piece = (uintptr_t)leaf + (((uintptr_t)cell - (uintptr_t)leaf) >> PIECE_SHIFT << PIECE_SHIFT);
  system_advise((void *)piece, (size_t)1 << PIECE_SHIFT, MADV_POPULATE_WRITE);
  *ready = 1;
}

bool shadow_has_leaf(uintptr_t address) { return leaf_of(&layers[LAYER_SPACED], address) || leaf_of(&layers[LAYER_PLAIN], address); }

/* The word in this layer of the block that begins exactly here; NULL: none does. */
static uint32_t *cell_in(const struct layer *layer, uintptr_t address) {
  uint32_t *leaf = address & 15 ? NULL : leaf_of(layer, address), *cell = leaf ? leaf_cell(leaf, address, layer) : NULL;
  uint32_t word = cell ? __atomic_load_n(cell, __ATOMIC_RELAXED) : STATE_NONE;
  return word_state(word) != STATE_NONE && (word & WORD_UPPER) == upper_at(address, layer) ? cell : NULL;
}

static uint32_t *cell_of(uintptr_t address) {
  uint32_t *cell = cell_in(&layers[LAYER_SPACED], address);
  return cell ? cell : cell_in(&layers[LAYER_PLAIN], address);
}

static void decode(const uint32_t *cell, uintptr_t address, struct block *block) {
  uint32_t word = __atomic_load_n(cell, __ATOMIC_ACQUIRE) & ~WORD_UPPER;
  *block = (struct block){.start = address, .word = word, .size = SIZE_UNKNOWN};
  if (word_state(word) == STATE_FREED) block->word = word = end_born_word(word, &block->released_at);
  uint32_t layout = *layout_place(cell, word);
  block->alignment = alignment_of_field((layout & ALIGN_MASK) >> ALIGN_SHIFT);
  block->size = layout >> SIZE_SHIFT;
  if (block->size == SIZE_BIG)
    block->size = (uint64_t)(cell[2] >> PAYLOAD_SHIFT) | (uint64_t)(cell[3] >> PAYLOAD_SHIFT) << PAYLOAD_BITS;
}

bool shadow_read_leaves(uintptr_t address, struct block *block) {
  uint32_t *cell = cell_of(address);
  if (!cell) return false;
  decode(cell, address, block);
  return word_state(block->word) != STATE_NONE; /* another thread may have been quicker */
}

bool shadow_read(uintptr_t address, struct block *block) {
  return shadow_read_leaves(address, block) || (address < ADDRESS_LIMIT && table_read(&odd_blocks, address, block));
}

enum block_form shadow_form(uintptr_t start, bool spaced, bool stacked) {
  if (start & 15) return FORM_TABLE;
  enum block_form form = spaced || (stacked && cell_in(&layers[LAYER_SPACED], start)) ? FORM_SPACED : FORM_PLAIN;
  return leaf_made(&layers[form], start) ? form : FORM_TABLE;
}

static void write_table(const struct block *block) {
  if (!table_write(&odd_blocks, block)) ledger_count_untracked();
}

void shadow_write(const struct block *block, enum block_form form) {
  /* What another layer says of this start is over. */
  for (unsigned i = 0; i < LAYERS; i++) {
    uint32_t *old = i == form ? NULL : cell_in(&layers[i], block->start);
    if (old) *old = STATE_NONE;
  }
  if (form == FORM_TABLE) {
    write_table(block);
    return;
  }
  const struct layer *layer = &layers[form];
  uint32_t *cell = leaf_cell(leaf_of(layer, block->start), block->start, layer);
  if (!(block->word & WORD_NARROW)) {
    uint32_t size_field = block->size < SIZE_BIG ? (uint32_t)block->size : SIZE_BIG;
    cell[1] = size_field << SIZE_SHIFT | alignment_field(block->alignment) << ALIGN_SHIFT;
    if (size_field == SIZE_BIG) {
      cell[2] = (uint32_t)(block->size & PAYLOAD_MASK) << PAYLOAD_SHIFT;
      cell[3] = (uint32_t)(block->size >> PAYLOAD_BITS & PAYLOAD_MASK) << PAYLOAD_SHIFT;
    }
  }
  /* Last: who looks from another thread and sees it live sees its size. */
  __atomic_store_n(cell, block->word | upper_at(block->start, layer), __ATOMIC_RELEASE);
}

void shadow_set_word(const struct block *block, uint32_t word) {
  uint32_t *cell = cell_of(block->start);
  if (cell) {
    __atomic_store_n(cell, word | (*cell & WORD_UPPER), __ATOMIC_RELAXED);
    return;
  }
  struct block changed = *block;
  changed.word = word;
  write_table(&changed);
}

bool shadow_excludes(uintptr_t address) {
  for (int distance = -16; distance <= 16; distance += 32) {
    const uint32_t *cell = cell_in(&layers[LAYER_SPACED], address + (uintptr_t)(intptr_t)distance);
    if (cell && word_state(*cell) == STATE_LIVE) return true;
  }
  return false;
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
    if (!shadow_has_leaf(at)) {
      if ((at >> REGION_SHIFT) == 0) break;
      at = ((at >> REGION_SHIFT) << REGION_SHIFT) - 16;
      continue;
    }
    const uint32_t *cell = cell_of(at);
    uint32_t word = cell ? *cell : STATE_NONE;
    if (word_state(word) == STATE_LIVE && !(word & WORD_STACKED)) {
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

bool shadow_owns(uintptr_t start, uintptr_t end) {
  uint32_t **tops = layers[0].top;
  if (tops != no_top && overlaps(tops, LAYERS * TOP_ENTRIES * sizeof *tops, start, end)) return true;
  for (unsigned i = 0; i < leaves_listed(); i++)
    if (leaves[i].start < end && start < leaves[i].end) return true;
  return false;
}

void shadow_compact(void) { compact = true; }
