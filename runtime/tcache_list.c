#include "shadow.h"
#include "tcache.h"

/* A damaged list may lead anywhere: what never was a block is not read. */
static bool may_be_read(uintptr_t entry) {
  struct block block;
  return entry && !(entry & 15) && entry < ADDRESS_LIMIT && shadow_read(entry, &block);
}

bool tcache_holds(uintptr_t block) {
  struct tcache *cache = tcache_of_thread();
  const struct tcache_form form = tcache_other.form;
  for (size_t bin = 0; cache && bin < form.bins; bin++) {
    uintptr_t entry = *tcache_first(form, cache, bin);
    for (unsigned left = TCACHE_LONGEST; left && may_be_read(entry); left--) {
      if (entry == block) return true;
      entry = tcache_link(form, entry, ((const struct tcache_entry *)entry)->next);
    }
  }
  return false;
}
