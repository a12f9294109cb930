#include "ends.h"

#include "ledger_format.h"
#include "locate.h"
#include "modules.h"
#include "ownership.h"
#include "sites.h"
#include "tcache.h"

uint32_t end_of(uint32_t taken_word, uintptr_t return_address) {
  uint64_t key = end_key(taken_word, return_address);
  uint32_t word = site_known(key);
  if (!word && site_table_has_room() && word_site(taken_word) >= FIRST_SITE) {
    uint32_t id = site_of_release(word_site(taken_word), return_address);
    word = (id ? id : word_site(taken_word)) << WORD_SITE_SHIFT; /* without one the return address is not kept */
    site_remember(key, (uint32_t)return_address, word);
  }
  return end_word(taken_word, (word ? word : taken_word) & WORD_SITE_MASK);
}

uint32_t end_born_word(uint32_t freed_word, uintptr_t *released_at) {
  uint32_t born = site_born(word_site(freed_word), released_at);
  return (freed_word & ~WORD_SITE_MASK) | born << WORD_SITE_SHIFT;
}

#define KEY_AT offsetof(struct tcache_entry, key)

/* The memory of a block that is gone may be gone as well. That of another allocator holds no key of ours, and of a program
 * whose malloc is seen in part there would be a question for every other release. */
static bool is_there(uintptr_t start) {
  struct place_in_memory place = {.where = WHERE_UNKNOWN};
  if (tcache_holds(start)) return true;
  if (!c_is_glibc) return false;
  locate_further(start, 0, &place);
  return place.where == WHERE_MAPPED;
}

static bool read_key(uintptr_t start, uint64_t *key) {
  if (!is_there(start)) return false;
  *key = ((const struct tcache_entry *)start)->key;
  return true;
}

/* Where a block in glibc's thread cache was released; 0: it is not there, or its key is glibc's own. */
static uintptr_t cached_from(const struct block *block) {
  uint64_t key;
  if (!tcache_mark || block->start & 15 || !read_key(block->start, &key)) return 0;
  uintptr_t from = key ^ tcache_mark;
  /* As seen: else it may have been handed out and released once more, and the key be of that. */
  return from < ADDRESS_LIMIT && key != tcache_key && module_at(from) && shadow_is_as_seen(block) ? from : 0;
}

uintptr_t end_released_at(const struct block *block) {
  return block->released_at ? block->released_at : cached_from(block);
}

void end_restore_key(const struct block *block) {
  const struct tcache *cache = tcache_of_thread();
  bool is_cached = cached_from(block) && cache;
  /* Where the key is the cache's address, it was another thread's if it is not this one's. */
  if (is_cached && (!tcache_other.form.key_is_cache || tcache_holds(block->start)))
    *(uint64_t *)(block->start + KEY_AT) = tcache_own_key(tcache_other.form, cache);
}
