/* Three small indices over the births:
 *   a bit per page: a block began there;
 *   a bit per granule, by its hash: one of the blocks that began in it is no multiple of 16;
 *   for blocks of more than a page, by size class k (2^k <= size) and start / 2^k, the start. Live blocks of one
 *   allocator that do not overlap have one start in each such place, so the last one is enough.
 */
#include "extents.h"

#include "reserve.h"

#define PAGE_SHIFT 12
#define PAGES_OF_REGION (1u << (REGION_SHIFT - PAGE_SHIFT))

#define ODD_BITS_LOG2 23
#define LARGE_LOG2 17

struct page_bits { uint64_t words[PAGES_OF_REGION / 64]; };

static struct page_bits **page_bits; /* by region */
static uint64_t *odd_granules;      /* NULL: none yet, or no memory for it */
static uintptr_t *large_starts;
static unsigned odd_offsets;        /* as bits: address & 15 of the odd starts so far */
static uint64_t classes;            /* as bits: the size classes of large blocks so far */

static uint64_t mix(uint64_t value) { return value * 0x9E3779B97F4A7C15ull; }

static void set(uint64_t *words, size_t bit) {
  uint64_t mask = 1ull << (bit & 63);
  if (!(__atomic_load_n(&words[bit >> 6], __ATOMIC_RELAXED) & mask)) __atomic_fetch_or(&words[bit >> 6], mask, __ATOMIC_RELAXED);
}

/* The bits of the region of an address; NULL: none. */
static uint64_t *bits_of(uintptr_t address, bool create) {
  if (address >= ADDRESS_LIMIT) return NULL;
  struct page_bits **top = create ? reserve_once((void **)&page_bits, TOP_ENTRIES * sizeof *page_bits) : __atomic_load_n(&page_bits, __ATOMIC_ACQUIRE);
  struct page_bits **place = top ? &top[address >> REGION_SHIFT] : NULL;
  if (!place) return NULL;
  struct page_bits *bits = create ? reserve_once((void **)place, sizeof **place) : __atomic_load_n(place, __ATOMIC_ACQUIRE);
  return bits ? bits->words : NULL;
}

static unsigned page_in_region(uintptr_t address) { return (address >> PAGE_SHIFT) & (PAGES_OF_REGION - 1); }

static size_t odd_bit(uintptr_t granule) { return mix(granule >> 4) >> (64 - ODD_BITS_LOG2); }

static uintptr_t *large_place(unsigned class, uintptr_t window) {
  return &large_starts[mix(window * 64 + class) >> (64 - LARGE_LOG2)];
}

void extents_note(const struct block *block) {
  uint64_t *bits = bits_of(block->start, true);
  if (!bits) return;
  set(bits, page_in_region(block->start));
  if (block->start & 15 && reserve_once((void **)&odd_granules, (1u << ODD_BITS_LOG2) / 8)) {
    set(odd_granules, odd_bit(block->start));
    __atomic_fetch_or(&odd_offsets, 1u << (block->start & 15), __ATOMIC_RELAXED);
  }
  if (block->size > EXTENT_PAGE && block->size != SIZE_UNKNOWN &&
      reserve_once((void **)&large_starts, sizeof(uintptr_t) << LARGE_LOG2)) {
    unsigned class = 63 - (unsigned)__builtin_clzll(block->size);
    __atomic_store_n(large_place(class, block->start >> class), block->start, __ATOMIC_RELAXED);
    __atomic_fetch_or(&classes, 1ull << class, __ATOMIC_RELAXED);
  }
}

bool extents_page_used(uintptr_t page) {
  const uint64_t *bits = bits_of(page, false);
  unsigned number = page_in_region(page);
  return bits && __atomic_load_n(&bits[number >> 6], __ATOMIC_RELAXED) >> (number & 63) & 1;
}

void extents_forget_page(uintptr_t page) {
  uint64_t *bits = bits_of(page, false);
  unsigned number = page_in_region(page);
  if (bits) __atomic_fetch_and(&bits[number >> 6], ~(1ull << (number & 63)), __ATOMIC_RELAXED);
}

uintptr_t extents_next_page(uintptr_t from, uintptr_t end) {
  for (uintptr_t at = from & ~(uintptr_t)(EXTENT_PAGE - 1); at < end;) {
    const uint64_t *bits = bits_of(at, false);
    uintptr_t region_end = ((at >> REGION_SHIFT) + 1) << REGION_SHIFT;
    if (!bits) {
      at = region_end;
      continue;
    }
    unsigned number = page_in_region(at);
    uint64_t word = __atomic_load_n(&bits[number >> 6], __ATOMIC_RELAXED) >> (number & 63);
    if (word) {
      at += (uintptr_t)__builtin_ctzll(word) << PAGE_SHIFT;
      return at < end ? at : end;
    }
    at += (uintptr_t)(64 - (number & 63)) << PAGE_SHIFT;
  }
  return end;
}

unsigned extents_starts_in(uintptr_t granule) {
  const uint64_t *granules = __atomic_load_n(&odd_granules, __ATOMIC_ACQUIRE);
  size_t bit = odd_bit(granule);
  bool odd = granules && __atomic_load_n(&granules[bit >> 6], __ATOMIC_RELAXED) >> (bit & 63) & 1;
  return odd ? 1 | odd_offsets : 1;
}

unsigned extents_large_at(uintptr_t address, uintptr_t starts[EXTENT_CANDIDATES]) {
  unsigned count = 0;
  if (!__atomic_load_n(&large_starts, __ATOMIC_ACQUIRE)) return 0;
  for (uint64_t open = __atomic_load_n(&classes, __ATOMIC_RELAXED); open && count + 3 <= EXTENT_CANDIDATES; open &= open - 1) {
    unsigned class = (unsigned)__builtin_ctzll(open);
    uintptr_t window = address >> class;
    /* less than 2^(class+1) long: it began here or in one of the two places before */
    for (unsigned back = 0; back < 3 && back <= window; back++) {
      uintptr_t start = __atomic_load_n(large_place(class, window - back), __ATOMIC_RELAXED);
      if (start && start >> class == window - back && start < address) starts[count++] = start;
    }
  }
  return count;
}
