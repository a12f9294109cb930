#include "pairs.h"

#include "acts.h"
#include "inspection.h"
#include "ledger.h"
#include "reserve.h"
#include "sites.h"

uint64_t *pair_write(const struct block *block, uint32_t release_world, unsigned function, const struct call_place *place) {
  inspection_due = true; /* it may become a finding */
  uint64_t key = mix(mix(stack_of_birth(block), word_world(block->word)), release_world);
  key = mix(mix(key, place->return_address), function);
  bool fresh;
  struct act *act = act_of(key, &fresh);
  if (!act) {
    __atomic_fetch_add(&ledger->dropped, 1, __ATOMIC_RELAXED); /* so many different ones that there is no room to count it */
    return NULL;
  }
  if (!fresh) return act_again(act) ? act->count : NULL;
  uint32_t death = stack_record(place, function, 0);
  struct record_pair *record = ledger_begin(RECORD_PAIR, sizeof *record);
  if (!record) return NULL;
  record->count = 1;
  record->block = block->start;
  record->size = block->size;
  record->birth_world = word_world(block->word);
  record->release_world = release_world;
  record->birth_stack = stack_of_birth(block);
  record->death_stack = death;
  record->function = function;
  record->birth_exact = site_first_block(word_site(block->word)) == block->start;
  ledger_commit(record);
  act_is_written(act, &record->count);
  return &record->count;
}

#define RECENT_LOG2 14
#define BEING_WRITTEN 2 /* keys are odd */

struct recent {
  uint64_t key;
  uint64_t *count;
};

static struct recent *recent; /* NULL: no pair yet */

static uint64_t recent_key(uint32_t word, uintptr_t return_address, unsigned function) {
  return mix(mix((uint64_t)word << 8 | function, return_address), 0) | 1;
}

void pair_remember(uint32_t word, uintptr_t return_address, unsigned function, uint64_t *count) {
  if (!reserve_once((void **)&recent, sizeof *recent << RECENT_LOG2)) return;
  uint64_t key = recent_key(word, return_address, function);
  struct recent *entry = &recent[key >> (64 - RECENT_LOG2)];
  uint64_t before = __atomic_load_n(&entry->key, __ATOMIC_RELAXED);
  /* One writer at a time: a key with another one's count would stay. */
  if (before == BEING_WRITTEN || !__atomic_compare_exchange_n(&entry->key, &before, BEING_WRITTEN, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
    return;
  __atomic_store_n(&entry->count, count, __ATOMIC_RELEASE);
  __atomic_store_n(&entry->key, key, __ATOMIC_RELEASE);
}

uint64_t *pair_recall(uint32_t word, uintptr_t return_address, unsigned function) {
  const struct recent *entries = __atomic_load_n(&recent, __ATOMIC_ACQUIRE);
  if (!entries) return NULL;
  uint64_t key = recent_key(word, return_address, function);
  const struct recent *entry = &entries[key >> (64 - RECENT_LOG2)];
  if (__atomic_load_n(&entry->key, __ATOMIC_ACQUIRE) != key) return NULL;
  uint64_t *count = __atomic_load_n(&entry->count, __ATOMIC_ACQUIRE);
  /* Another thread may be writing another pair here. */
  return __atomic_load_n(&entry->key, __ATOMIC_ACQUIRE) == key ? count : NULL;
}

void pairs_forget(void) {
  for (size_t i = 0; recent && i < (size_t)1 << RECENT_LOG2; i++)
    if (recent[i].key & 1) __atomic_store_n(&recent[i].key, 0, __ATOMIC_RELEASE);
}
