#include "call_site.h"

#include <string.h>

#include "fast.h"
#include "hook.h"
#include "modules.h"
#include "worlds.h"

static uintptr_t relative(const uint8_t *distance) {
  int32_t value;
  memcpy(&value, distance, sizeof value);
  return (uintptr_t)(distance + 4) + (uintptr_t)(intptr_t)value;
}

static bool slot_is_ours(uintptr_t slot) {
  if (slot & 7 || !module_at(slot)) return false;
  return in_runtime(*(const uintptr_t *)slot) || hook_exists(*(const uintptr_t *)slot);
}

/* A linker's stub: jmp through a slot, behind endbr64 or bnd. */
static bool stub_is_ours(const struct module *module, uintptr_t target) {
  if (hook_exists(target)) return true;
  if (target < module->text_start || target + 16 > module->text_end) return false;
  const uint8_t *code = (const uint8_t *)target;
  if (memcmp(code, "\xf3\x0f\x1e\xfa", 4) == 0) code += 4;
  if (code[0] == 0xf2) code++;
  return code[0] == 0xff && code[1] == 0x25 && slot_is_ours(relative(code + 2));
}

/* The instruction before the return address calls one of our functions, and nothing else. */
static bool calls_us(const struct module *module, uintptr_t return_address) {
  if (return_address < module->text_start + 6 || return_address > module->text_end) return false;
  const uint8_t *after = (const uint8_t *)return_address;
  if (after[-5] == 0xe8 && stub_is_ours(module, relative(after - 4))) return true;
  return after[-6] == 0xff && after[-5] == 0x15 && slot_is_ours(relative(after - 4));
}

uint32_t c_world_of_call(uintptr_t return_address) {
  if (!fast.suspects) return WORLD_C;
  const struct module *caller = module_at(return_address);
  if (!caller) return WORLD_C;
  if (caller->world_undetermined) return caller->world_undetermined;
  return calls_us(caller, return_address) ? WORLD_C : WORLD_ANY;
}
