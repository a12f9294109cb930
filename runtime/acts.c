#include "acts.h"

#include "reserve.h"
#include "sites.h"

#define LEVELS 2
#define PROBES 64

/* Few programs need the second one, and it costs a page for nearly every act. */
static struct level {
  unsigned log2;
  struct act *acts;
} levels[LEVELS] = {{14, NULL}, {16, NULL}};

static struct act *acts_of(struct level *level) {
  return reserve_once((void **)&level->acts, sizeof *level->acts << level->log2);
}

struct act *act_of(uint64_t key, bool *fresh) {
  *fresh = false;
  key |= 1;
  for (struct level *level = levels; level < levels + LEVELS; level++) {
    struct act *acts = acts_of(level);
    if (!acts) return NULL;
    size_t mask = ((size_t)1 << level->log2) - 1, at = key >> (64 - level->log2);
    for (unsigned i = 0; i < PROBES; i++) {
      struct act *act = &acts[(at + i) & mask];
      uint64_t found = __atomic_load_n(&act->key, __ATOMIC_ACQUIRE);
      if (found == 0 && __atomic_compare_exchange_n(&act->key, &found, key, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        *fresh = true;
        return act;
      }
      if (found == key) return act;
    }
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
