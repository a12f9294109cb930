#include "findings.h"

#include "causes.h"
#include "inspection.h"
#include "ledger.h"
#include "locate.h"
#include "modules.h"
#include "sites.h"
#include "system.h"
#include "worlds.h"

enum on_finding on_finding;
int stop_exit_code = 99;

#define SEEN_ENTRIES 65536

/* Where the count of an act that was written before lies in the ledger. */
struct seen {
  uint64_t key;
  uint64_t *count;
  uint32_t stack; /* of the release */
};

static struct seen *seen_acts;

static uint64_t mix(uint64_t hash, uint64_t value) { return (hash ^ value) * 0x9E3779B97F4A7C15ull; }

/* The counter of this act; `*fresh` when it has to be written first. NULL: no room. */
static struct seen *look_up(uint64_t key, bool *fresh) {
  *fresh = false;
  struct seen *table = __atomic_load_n(&seen_acts, __ATOMIC_ACQUIRE);
  if (!table) {
    struct seen *expected = NULL;
    table = system_map(SEEN_ENTRIES * sizeof *table);
    if (!table) return NULL;
    if (!__atomic_compare_exchange_n(&seen_acts, &expected, table, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
      system_unmap(table, SEEN_ENTRIES * sizeof *table);
      table = expected;
    }
  }
  key |= 1;
  for (unsigned i = 0, at = (unsigned)(key >> 48); i < 64; i++, at = (at + 1) % SEEN_ENTRIES) {
    uint64_t found = 0;
    if (__atomic_compare_exchange_n(&table[at].key, &found, key, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
      *fresh = true;
      return &table[at];
    }
    if (found == key) return &table[at];
  }
  return NULL;
}

static uint64_t place_key(uint64_t hash, const struct call_place *place, unsigned function) {
  return mix(mix(mix(hash, place->return_address), place->stack - thread_pointer()), function);
}

static bool count_up(struct seen *seen) {
  uint64_t *count = __atomic_load_n(&seen->count, __ATOMIC_ACQUIRE);
  if (count) __atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
  return count != NULL;
}

static uint32_t stack_of(const struct block *block) {
  uint32_t site = block ? word_site(block->word) : 0;
  return site >= FIRST_SITE ? site : 0;
}

static uint64_t alignment_of(const struct block *block) {
  if (!block || block->alignment == ALIGNMENT_UNKNOWN) return 0;
  uint32_t kind = worlds[word_world(block->word)].kind;
  return block->alignment == 0 && kind == WORLD_KIND_RUST ? 1 : block->alignment;
}

static void note(const struct finding *finding, const struct seen *seen) {
  if (!seen || finding->act != ACT_PERFORMED || finding->code == FINDING_TWO_OWNERS) return;
  const struct block *block = finding->block;
  causes_note(&(struct wrong_release){.stack = seen->stack, .pointer = finding->pointer, .block = block ? block->start : 0,
                                      .size = block ? block->size : SIZE_UNKNOWN, .given_size = finding->given_size});
}

void finding_write(const struct finding *finding) {
  inspection_due = true;
  uint64_t key = mix(mix(finding->code, stack_of(finding->block)), finding->birth_world << 8 | finding->release_world);
  key = place_key(mix(key, finding->where), finding->place, finding->function);
  bool fresh;
  struct seen *seen = look_up(key, &fresh);
  if (!seen || fresh || !count_up(seen)) {
    const struct block *block = finding->block, *other = finding->other;
    uint32_t death = stack_record(finding->place, finding->function, 0);
    struct record_finding *record = ledger_begin(RECORD_FINDING, sizeof *record);
    if (record) {
      record->code = finding->code;
      record->act = on_finding == ON_FINDING_STOP ? ACT_STOPPED : finding->act;
      record->count = 1;
      record->pointer = finding->pointer;
      record->block = block ? block->start : 0;
      record->size = block ? block->size : SIZE_UNKNOWN;
      record->alignment = alignment_of(block);
      record->given_size = finding->given_size;
      record->given_alignment = finding->given_alignment;
      record->birth_world = finding->birth_world;
      record->release_world = finding->release_world;
      record->birth_stack = finding->code == FINDING_TWO_OWNERS ? death : stack_of(block);
      record->death_stack = finding->code == FINDING_TWO_OWNERS ? 0 : death;
      record->birth_exact =
          finding->code == FINDING_TWO_OWNERS || (block && site_first_block(word_site(block->word)) == block->start);
      record->function = finding->function;
      record->where = finding->where;
      record->where_module = finding->where_module;
      record->released_at = finding->code == FINDING_DOUBLE_FREE && block
                                ? complete_return_address(block->released_low, block->released_bits)
                                : 0;
      record->other_block = other ? other->start : 0;
      record->other_size = other ? other->size : SIZE_UNKNOWN;
      record->other_stack = stack_of(other);
      record->same_allocator = finding->same_allocator;
      ledger_commit(record);
      if (finding->code == FINDING_TWO_OWNERS) causes_write(other, block);
      if (seen) {
        seen->stack = death;
        __atomic_store_n(&seen->count, &record->count, __ATOMIC_RELEASE);
      }
    }
  }
  note(finding, seen);
  if (on_finding == ON_FINDING_STOP) {
    __atomic_fetch_or(&ledger->flags, LEDGER_STOPPED, __ATOMIC_RELAXED);
    ledger_exiting(stop_exit_code);
    for (;;) system_call(SYS_exit_group, stop_exit_code, 0, 0);
  }
}

void pair_write(const struct block *block, uint32_t release_world, unsigned function, const struct call_place *place) {
  inspection_due = true; /* it may become one */
  uint64_t key = mix(mix(stack_of(block), word_world(block->word)), release_world);
  key = mix(mix(key, place->return_address), function);
  bool fresh;
  struct seen *seen = look_up(key, &fresh);
  if (!seen || (!fresh && count_up(seen))) return;
  uint32_t death = stack_record(place, function, 0);
  struct record_pair *record = ledger_begin(RECORD_PAIR, sizeof *record);
  if (!record) return;
  record->count = 1;
  record->block = block->start;
  record->size = block->size;
  record->birth_world = word_world(block->word);
  record->release_world = release_world;
  record->birth_stack = stack_of(block);
  record->death_stack = death;
  record->function = function;
  record->birth_exact = site_first_block(word_site(block->word)) == block->start;
  ledger_commit(record);
  __atomic_store_n(&seen->count, &record->count, __ATOMIC_RELEASE);
}
