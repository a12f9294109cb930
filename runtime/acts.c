#include "acts.h"

#include "sites.h"
#include "system.h"

#define ACTS 65536

static struct act *seen_acts;

struct act *act_of(uint64_t key, bool *fresh) {
  *fresh = false;
  struct act *table = __atomic_load_n(&seen_acts, __ATOMIC_ACQUIRE);
  if (!table) {
    struct act *expected = NULL;
    table = system_map(ACTS * sizeof *table);
    if (!table) return NULL;
    if (!__atomic_compare_exchange_n(&seen_acts, &expected, table, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
      system_unmap(table, ACTS * sizeof *table);
      table = expected;
    }
  }
  key |= 1;
  for (unsigned i = 0, at = (unsigned)(key >> 48); i < 64; i++, at = (at + 1) % ACTS) {
    uint64_t found = __atomic_load_n(&table[at].key, __ATOMIC_ACQUIRE);
    if (found == 0 && __atomic_compare_exchange_n(&table[at].key, &found, key, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
      *fresh = true;
      return &table[at];
    }
    if (found == key) return &table[at];
  }
  return NULL;
}

bool act_again(struct act *act) {
  uint64_t *count = __atomic_load_n(&act->count, __ATOMIC_ACQUIRE);
  if (count) __atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
  return count != NULL;
}

void act_is_written(struct act *act, uint64_t *count) { __atomic_store_n(&act->count, count, __ATOMIC_RELEASE); }

uint32_t stack_of_birth(const struct block *block) {
  return block ? site_stack(word_site(block->word)) : 0;
}
