#include "findings.h"

#include "acts.h"
#include "causes.h"
#include "ends.h"
#include "inspection.h"
#include "ledger.h"
#include "locate.h"
#include "module_records.h"
#include "sites.h"
#include "system.h"
#include "worlds.h"

enum on_finding on_finding;
int stop_exit_code = 99;

static uint64_t place_key(uint64_t hash, const struct call_place *place, unsigned function) {
  return mix(mix(mix(hash, place->return_address), place->stack - thread_pointer()), function);
}

static uint64_t alignment_of(const struct block *block) {
  if (!block || block->alignment == ALIGNMENT_UNKNOWN) return 0;
  uint32_t kind = worlds[word_world(block->word)].kind;
  return block->alignment == 0 && kind == WORLD_KIND_RUST ? 1 : block->alignment;
}

static void note(const struct finding *finding, const struct act *act) {
  if (!act || finding->act != ACT_PERFORMED || finding->code == FINDING_TWO_OWNERS) return;
  const struct block *block = finding->block;
  causes_note(&(struct wrong_release){.stack = act->stack, .pointer = finding->pointer, .block = block ? block->start : 0,
                                      .size = block ? block->size : SIZE_UNKNOWN, .given_size = finding->given_size});
}

void finding_write(const struct finding *finding) {
  inspection_due = true;
  bool stops = on_finding == ON_FINDING_STOP && !finding->doubt;
  uint64_t key = mix(mix(finding->code, stack_of_birth(finding->block)), finding->birth_world << 8 | finding->release_world);
  key = place_key(mix(key, finding->where), finding->place, finding->function);
  bool fresh;
  struct act *act = act_of(key, &fresh);
  if (!act || fresh || !act_again(act)) {
    const struct block *block = finding->block, *other = finding->other;
    uint32_t death = stack_record(finding->place, finding->function, 0);
    if (finding->where_module) modules_that_matter(&(uint64_t){finding->pointer + 1}, 1);
    struct record_finding *record = ledger_begin(RECORD_FINDING, sizeof *record);
    if (record) {
      record->code = finding->code;
      record->act = stops ? ACT_STOPPED : finding->act;
      record->doubt = finding->doubt;
      record->count = 1;
      record->pointer = finding->pointer;
      record->block = block ? block->start : 0;
      record->size = block ? block->size : SIZE_UNKNOWN;
      record->alignment = alignment_of(block);
      record->given_size = finding->given_size;
      record->given_alignment = finding->given_alignment;
      record->birth_world = finding->birth_world;
      record->release_world = finding->release_world;
      record->birth_stack = finding->code == FINDING_TWO_OWNERS ? death : stack_of_birth(block);
      record->death_stack = finding->code == FINDING_TWO_OWNERS ? 0 : death;
      record->birth_exact =
          finding->code == FINDING_TWO_OWNERS || (block && site_first_block(word_site(block->word)) == block->start);
      record->function = finding->function;
      record->where = finding->where;
      record->where_module = finding->where_module;
      record->released_at = finding->code == FINDING_DOUBLE_FREE && block ? end_released_at(block) : 0;
      record->other_block = other ? other->start : 0;
      record->other_size = other ? other->size : SIZE_UNKNOWN;
      record->other_stack = stack_of_birth(other);
      record->same_allocator = finding->same_allocator;
      ledger_commit(record);
      if (finding->code == FINDING_TWO_OWNERS) causes_write(other, block);
      if (act) {
        act->stack = death;
        act_is_written(act, &record->count);
      }
    }
  }
  note(finding, act);
  if (stops) {
    __atomic_fetch_or(&ledger->flags, LEDGER_STOPPED, __ATOMIC_RELAXED);
    ledger_exiting(stop_exit_code);
    for (;;) system_call(SYS_exit_group, stop_exit_code, 0, 0);
  }
}
