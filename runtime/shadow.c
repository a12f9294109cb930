#include "shadow.h"

#include "block_table.h"
#include "ends.h"
#include "ledger.h"
#include "reserve.h"
#include "sites.h"

static uint32_t *no_top[1];
struct layer layers[LAYERS] = {[LAYER_SPACED] = {no_top, SPACED_SHIFT, WORD_UPPER}, [LAYER_PLAIN] = {no_top, PLAIN_SHIFT, 0}};

static struct block_table odd_blocks;   /* where words do not serve */
static struct block_table under_blocks; /* c blocks below stacked ones */
static bool compact;                    /* an address-space limit: no leaves at all */

#define PAYLOAD_BITS 29
#define PAYLOAD_MASK ((1u << PAYLOAD_BITS) - 1)

AT_START void shadow_start(void) {
  static bool started;
  if (started) return;
  started = true;
  compact = reserve_start() != RESERVE_WHOLE;
  size_t bytes = TOP_ENTRIES * sizeof *layers->top;
  /* Readable zero pages: a table that is never written costs no memory. */
  char *tops = !compact && site_layouts_start() ? reserve_take(LAYERS * bytes) : NULL;
  if (!tops) {
    compact = true;
    return;
  }
  for (unsigned i = 0; i < LAYERS; i++) layers[i].top = (uint32_t **)(tops + i * bytes);
}

static uint32_t *leaf_of(const struct layer *layer, uintptr_t address) {
  if (address >= ADDRESS_LIMIT || layer->top == no_top) return NULL;
  return __atomic_load_n(&layer->top[address >> REGION_SHIFT], __ATOMIC_ACQUIRE);
}

/* NULL when it is refused. */
static uint32_t *leaf_made(const struct layer *layer, uintptr_t address) {
  uint32_t *leaf = leaf_of(layer, address);
  if (leaf || address >= ADDRESS_LIMIT || compact) return leaf;
  return reserve_once((void **)&layer->top[address >> REGION_SHIFT], LEAF_BYTES(layer->shift));
}

/* Faults are dear, and a page that is read first has two. */
COLD void leaf_prepare(uint32_t *cell, uint8_t *ready) {
  __asm__ volatile("orl $0, %0" : "+m"(*cell) : : "cc");
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

static void decode_once(const uint32_t *cell, uintptr_t address, struct block *block) {
  uint32_t seen = __atomic_load_n(cell, __ATOMIC_ACQUIRE), word = seen & ~WORD_UPPER;
  *block = (struct block){.start = address, .word = word, .seen = seen, .size = SIZE_UNKNOWN};
  if (word_state(word) == STATE_FREED) block->word = word = end_born_word(word, &block->released_at);
  uint32_t layout = __atomic_load_n(layout_place(cell, word), __ATOMIC_ACQUIRE);
  block->alignment = alignment_of_field((layout & ALIGN_MASK) >> ALIGN_SHIFT);
  block->size = layout >> SIZE_SHIFT;
  if (block->size == SIZE_BIG)
    block->size = (uint64_t)(__atomic_load_n(&cell[2], __ATOMIC_ACQUIRE) >> PAYLOAD_SHIFT) |
                  (uint64_t)(__atomic_load_n(&cell[3], __ATOMIC_ACQUIRE) >> PAYLOAD_SHIFT) << PAYLOAD_BITS;
}

/* Another thread may be given the block meanwhile: its words are of one and the same moment when they are found twice. */
static void decode(const uint32_t *cell, uintptr_t address, struct block *block) {
  struct block before;
  decode_once(cell, address, block);
  do {
    before = *block;
    decode_once(cell, address, block);
  } while (block->seen != before.seen || block->size != before.size || block->alignment != before.alignment);
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
  uint32_t *leaf = leaf_of(layer, block->start), *cell = leaf_cell(leaf, block->start, layer);
  *leaf_ready(leaf, cell, layer) = 1;
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

bool shadow_change(struct block *block, uint32_t word) {
  uint32_t *cell = cell_of(block->start), expected = block->seen;
  if (!cell) return table_change(&odd_blocks, block, word);
  word |= expected & WORD_UPPER;
  if (!__atomic_compare_exchange_n(cell, &expected, word, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) return false;
  block->seen = word;
  return true;
}

bool shadow_is_as_seen(const struct block *block) {
  const uint32_t *cell = cell_of(block->start);
  return cell && __atomic_load_n(cell, __ATOMIC_ACQUIRE) == block->seen;
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

void shadow_compact(void) { compact = true; }
bool shadow_has_leaves(void) { return layers[0].top != no_top; }

#define WORDS_OF_PAGE (((size_t)1 << LEAF_PAGE_SHIFT) / sizeof(uint32_t))

static void move_page(const struct layer *layer, uintptr_t region, const uint32_t *leaf, size_t first) {
  for (size_t i = first; i < first + WORDS_OF_PAGE; i++) {
    struct block block;
    if (word_state(leaf[i]) == STATE_NONE) continue;
    decode(leaf + i, region + (i << layer->shift) + (leaf[i] & layer->upper), &block);
    block.word = (leaf[i] & ~(WORD_UPPER | WORD_NARROW)); /* of a released block with the pair, as the table has it */
    write_table(&block);
  }
}

static void move_leaf(struct layer *layer, size_t region) {
  uint32_t *leaf = layer->top[region];
  const uint8_t *ready = (const uint8_t *)(leaf + LEAF_WORDS(layer->shift)) + LEAF_READY_AT;
  for (size_t page = 0; page < LEAF_WORDS(layer->shift) / WORDS_OF_PAGE; page++)
    if (ready[page]) move_page(layer, (uintptr_t)region << REGION_SHIFT, leaf, page * WORDS_OF_PAGE);
  reserve_give_back(leaf, LEAF_BYTES(layer->shift));
}

void shadow_move_to_table(void) {
  if (!shadow_has_leaves()) return;
  compact = true;
  uint32_t **tops = layers[0].top;
  for (unsigned i = 0; i < LAYERS; i++) {
    for (size_t region = 0; region < TOP_ENTRIES; region++)
      if (layers[i].top[region]) move_leaf(&layers[i], region);
    layers[i].top = no_top;
  }
  reserve_give_back(tops, LAYERS * TOP_ENTRIES * sizeof *tops);
}
