#include "locate.h"

#include <string.h>

#include "ledger.h"
#include "modules.h"
#include "question.h"
#include "thread_stack.h"

/* Below it nothing is ever mapped, and above it nothing of a program. */
#define LOWEST_MAPPED ((uintptr_t)4096)

static bool on_own_stack(uintptr_t address, uintptr_t stack_pointer) {
  uintptr_t low, high;
  if (thread_stack_of(stack_pointer, &low, &high)) return address >= low && address < high;
  return is_main_stack(stack_pointer) && is_main_stack(address) && address >= stack_pointer;
}

struct place_in_memory locate(uintptr_t address, uintptr_t stack_pointer) {
  struct place_in_memory place = {.where = WHERE_UNKNOWN};
  const struct module *module = module_at(address);
  if (module) {
    place.where = WHERE_STATIC;
    place.module = module->id;
    place.start = module->start;
    place.end = module->end;
    const char *name = strrchr(module->path, '/');
    place.loader = name && strncmp(name, "/ld-linux", 9) == 0;
    return place;
  }
  if (address < LOWEST_MAPPED || address >= ADDRESS_LIMIT) place.where = WHERE_UNMAPPED;
  else if (on_own_stack(address, stack_pointer)) place.where = WHERE_STACK;
  return place;
}

void locate_further(uintptr_t address, uintptr_t stack_pointer, struct place_in_memory *place) {
  struct answer answer;
  if (place->where != WHERE_UNKNOWN || !question_ask(QUESTION_WHERE, address, stack_pointer, &answer)) return;
  place->start = answer.start;
  place->end = answer.end;
  place->where = !(answer.flags & ANSWER_MAPPED) ? WHERE_UNMAPPED : answer.flags & ANSWER_STACK ? WHERE_STACK : WHERE_MAPPED;
}

bool looks_like_glibc_chunk(uintptr_t address, const struct place_in_memory *place) {
  if (address & 15 || place->where != WHERE_MAPPED || address < place->start + 16) return false;
  size_t word = *(const size_t *)(address - 8), size = word & ~(size_t)7;
  uintptr_t chunk = address - 16;
  if (size < 32 || size & 15) return false;
  if (word & 2) { /* a mapping of its own */
    size_t before = *(const size_t *)chunk;
    return ((chunk - before) & 4095) == 0 && ((before + size) & 4095) == 0 && chunk - before >= place->start;
  }
  if (chunk + size < chunk || chunk + size + 16 > place->end) return false;
  size_t next = *(const size_t *)(chunk + size + 8);
  return (next & 1) && (next & ~(size_t)7) >= 16 && chunk + size + (next & ~(size_t)7) <= place->end;
}
