/* Reads memory that may not be there: only what the memory map, as it was told to us, has. */
#include "memory.h"

#include <string.h>

#include "../ledger.h"
#include "../modules.h"
#include "../question.h"
#include "../thread_stack.h"

static unsigned range_count; /* of ledger_ranges; 0: nobody told */
static uintptr_t stack_low, stack_high;

static bool in_ranges(uintptr_t from, uintptr_t to) {
  const struct ledger_range *ranges = ledger_ranges();
  for (unsigned i = 0; i < range_count; i++)
    if (from >= ranges[i].start && to <= ranges[i].end) return true;
  return false;
}

static bool in_module(uintptr_t from, uintptr_t to) {
  const struct module *module = module_at(from);
  for (unsigned i = 0; module && i < module->header_count; i++) {
    const ElfW(Phdr) *header = &module->headers[i];
    uintptr_t start = module->base + header->p_vaddr;
    if (header->p_type == PT_LOAD && (header->p_flags & PF_R) && from >= start && to <= start + header->p_memsz) return true;
  }
  return false;
}

void memory_learn(uintptr_t stack_pointer) {
  struct answer answer;
  range_count = 0;
  stack_low = stack_high = stack_pointer;
  if (question_ask(QUESTION_RANGES, 0, stack_pointer, &answer)) {
    range_count = answer.range_count < LEDGER_RANGES ? answer.range_count : LEDGER_RANGES;
    return;
  }
  if (is_main_stack(stack_pointer)) stack_high = main_stack_end();
  else thread_stack_of(stack_pointer, &stack_low, &stack_high);
}

bool memory_copy(uintptr_t from, void *to, size_t size) {
  if (from >= ADDRESS_LIMIT || size > ADDRESS_LIMIT - from) return false;
  bool known = range_count ? in_ranges(from, from + size)
                           : (from >= stack_low && from + size <= stack_high) || in_module(from, from + size);
  if (known) memcpy(to, (const void *)from, size);
  return known;
}
