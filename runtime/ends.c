#include "ends.h"

#include "sites.h"
#include "system.h"

struct site_ends *site_ends;

bool ends_start(void) { return (site_ends = system_map((SITE_MAX + 1) * sizeof *site_ends)) != NULL; }

bool ends_own(uintptr_t start, uintptr_t end) {
  return site_ends && (uintptr_t)site_ends < end && start < (uintptr_t)(site_ends + SITE_MAX + 1);
}

static uint64_t end_key(uint32_t live_word, uintptr_t return_address) {
  return return_address * SITE_FACTOR + word_site(live_word) * 0x165667B19E3779F9ull;
}

/* Where the short path looks first, else any place of the site; of too many, each now and then. */
static void set_end(uint64_t *ends, uint32_t check, uintptr_t return_address, uint32_t word) {
  static uint8_t turn;
  uint64_t end = (uint64_t)check << 32 | end_change(word_site(word));
  size_t first = end_place(return_address) / sizeof end;
  for (unsigned i = 0; i < ENDS; i++) {
    uint64_t *place = &ends[first ^ i], none = 0;
    if (__atomic_compare_exchange_n(place, &none, end, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED) || none == end) return;
  }
  if (++turn % 16 == 0) __atomic_store_n(&ends[first], end, __ATOMIC_RELAXED);
}

uint32_t end_known(uint32_t live_word, uint32_t mask, uint32_t layout, uintptr_t return_address) {
  bool narrow = live_word & WORD_NARROW;
  uint32_t check = end_check(return_address, narrow && mask >> SIZE_SHIFT ? layout : 0);
  uint64_t *ends = site_ends[word_site(live_word)].last;
  for (unsigned i = 0; i < ENDS; i++) {
    uint64_t end = __atomic_load_n(&ends[i], __ATOMIC_RELAXED);
    if (end >> 32 == check && end) return end_word(live_word, (uint32_t)end);
  }
  if (narrow && mask && (site_layout(word_site(live_word)) ^ layout) & mask) return 0;
  uint32_t word = site_known(end_key(live_word, return_address));
  if (!word) return 0;
  set_end(ends, check, return_address, word);
  return end_word(live_word, end_change(word_site(word)));
}

uint32_t end_of(uint32_t live_word, uintptr_t return_address) {
  uint64_t key = end_key(live_word, return_address);
  uint32_t word = site_known(key);
  if (!word && site_table_has_room() && word_site(live_word) >= FIRST_SITE) {
    uint32_t id = site_of_release(word_site(live_word), return_address);
    word = (id ? id : word_site(live_word)) << WORD_SITE_SHIFT; /* without one the return address is not kept */
    site_remember(key, (uint32_t)return_address, word);
  }
  return end_word(live_word, end_change(word_site(word ? word : live_word)));
}

uint32_t end_born_word(uint32_t freed_word, uintptr_t *released_at) {
  uint32_t born = site_born(word_site(freed_word), released_at);
  return (freed_word & ~(SITE_MAX << WORD_SITE_SHIFT)) | born << WORD_SITE_SHIFT;
}

void ends_forget(void) {
  for (uint32_t id = FIRST_SITE, last = site_last(); site_ends && id <= last; id++)
    for (unsigned i = 0; i < ENDS; i++)
      if (site_ends[id].last[i]) __atomic_store_n(&site_ends[id].last[i], 0, __ATOMIC_RELAXED);
}
