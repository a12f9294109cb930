#include "again.h"

#include "acts.h"
#include "modules.h"
#include "reserve.h"

#define KNOWN_LOG2 13

/* Of two that want one place the later one has it; the other is recorded anew. */
static struct known { uint64_t key; uint32_t id; } *known; /* NULL: nothing yet */

uint64_t again_key(uint64_t one, uint64_t other) { return mix(mix(2, one), other) | 1; }

uint64_t again_key_of_stack(const uint64_t *frames, size_t count, unsigned function) {
  uint64_t key = mix(mix(1, count), function);
  for (size_t i = 0; modules_generation && i < count; i++) {
    const struct module *module = module_at(frames[i] - 1);
    key = mix(mix(key, frames[i]), module ? module->id : 0);
  }
  return key | 1;
}

uint32_t known_again(uint64_t key) {
  const struct known *entries = __atomic_load_n(&known, __ATOMIC_ACQUIRE);
  if (!modules_generation || !entries) return 0;
  const struct known *entry = &entries[key >> (64 - KNOWN_LOG2)];
  if (__atomic_load_n(&entry->key, __ATOMIC_ACQUIRE) != key) return 0;
  uint32_t id = __atomic_load_n(&entry->id, __ATOMIC_ACQUIRE);
  return __atomic_load_n(&entry->key, __ATOMIC_ACQUIRE) == key ? id : 0; /* another thread may be writing there */
}

void remember_again(uint64_t key, uint32_t id) {
  if (!modules_generation || !id || !reserve_once((void **)&known, sizeof *known << KNOWN_LOG2)) return;
  struct known *entry = &known[key >> (64 - KNOWN_LOG2)];
  __atomic_store_n(&entry->key, 0, __ATOMIC_RELEASE);
  __atomic_store_n(&entry->id, id, __ATOMIC_RELEASE);
  __atomic_store_n(&entry->key, key, __ATOMIC_RELEASE);
}
