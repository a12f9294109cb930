#include "hook.h"

#include <string.h>

#include "ledger_format.h"
#include "modules.h"
#include "preserve.h"
#include "relocate.h"
#include "shadow.h"
#include "reserve.h"
#include "system.h"

#define PATCH 5 /* jmp rel32 */
#define PAGE 4096
#define HOOK_ROOM 112
#define NEAR_STEP ((uintptr_t)1 << 16)
#define NEAR_TRIES 16384

/* A page of stubs and copied prologues within reach of a module's code. */
struct island {
  uint8_t *page;
  size_t used;
  uint32_t module;
  struct island *next;
};

static struct island *islands, *spare_islands;
static struct hook *hooks, *spare_hooks;

static uint8_t *map_near(const struct module *module) {
  for (unsigned try = 1; try <= NEAR_TRIES; try++) {
    uintptr_t below = (module->start & ~(NEAR_STEP - 1)) - try * NEAR_STEP;
    if (below < NEAR_STEP || below > module->start) break;
    void *page = system_map_at((void *)below, PAGE, PROT_READ | PROT_WRITE, MAP_FIXED_NOREPLACE);
    if (page == (void *)below) return page;
    if (page) system_unmap(page, PAGE); /* an old kernel took it for a hint */
  }
  /* Above the program itself its heap grows by brk, and nothing may stand in its way. */
  for (unsigned try = 1; try <= NEAR_TRIES && !(module->flags & MODULE_EXECUTABLE); try++) {
    uintptr_t above = ((module->end + NEAR_STEP) & ~(NEAR_STEP - 1)) + try * NEAR_STEP;
    void *page = system_map_at((void *)above, PAGE, PROT_READ | PROT_WRITE, MAP_FIXED_NOREPLACE);
    if (page == (void *)above) return page;
    if (page) system_unmap(page, PAGE);
  }
  return NULL;
}

static struct island *island_for(struct module *module, size_t room) {
  for (struct island *island = islands; island; island = island->next)
    if (island->module == module->id && PAGE - island->used >= room) return island;
  uint8_t *page = map_near(module);
  if (!page) return NULL;
  struct island *island = spare_islands;
  if (island) spare_islands = island->next;
  else island = own_memory(sizeof *island);
  if (!island) return NULL;
  *island = (struct island){.page = page, .module = module->id, .next = islands};
  islands = island;
  return island;
}

static struct hook *make_hook(void) {
  struct hook *hook = spare_hooks;
  if (hook) spare_hooks = hook->next;
  else hook = own_memory(sizeof *hook);
  return hook;
}

#define STUB 32

/* mov <argument register>, hook; jmp *wrapper */
static void write_stub(uint8_t *to, unsigned argument, const void *hook, const void *wrapper) {
  static const uint8_t moves[6][2] = {{0x48, 0xbf}, {0x48, 0xbe}, {0x48, 0xba}, {0x48, 0xb9}, {0x49, 0xb8}, {0x49, 0xb9}};
  static const uint8_t jump[6] = {0xff, 0x25, 0, 0, 0, 0};
  memcpy(to, moves[argument], 2);
  memcpy(to + 2, &hook, 8);
  memcpy(to + 10, jump, 6);
  memcpy(to + 16, &wrapper, 8);
}

/* push %rax; movabs hook, %rax; xchg %rax, (%rsp); jmp *preserve_entry: no register changes */
static void write_preserving_stub(uint8_t *to, const void *hook) {
  static const uint8_t swap[4] = {0x48, 0x87, 0x04, 0x24}, jump[6] = {0xff, 0x25, 0, 0, 0, 0};
  void (*entry)(void) = preserve_entry;
  to[0] = 0x50;
  to[1] = 0x48;
  to[2] = 0xb8;
  memcpy(to + 3, &hook, 8);
  memcpy(to + 11, swap, 4);
  memcpy(to + 15, jump, 6);
  memcpy(to + 21, &entry, 8);
}

/* Bytes after a very short function that no code can be: the filling up to the next one. */
static bool is_padding(uintptr_t from, uintptr_t to) {
  if (((to - 1) ^ (from - 1)) & ~(uintptr_t)15) return false; /* another 16-byte line may be a function */
  return is_filling(from, to);
}

#define MALLOC_ALIGNMENT 16

void hook_set_plain(struct hook *hook, bool plain) {
  hook->plain_alignments = plain ? MALLOC_ALIGNMENT : 0;
  hook->live_word = plain ? live_word_of(hook->world) : NO_LIVE_WORD;
}

static bool prepare(struct module *module, struct hook_request *request) {
  if (request->size == 0 || request->argument > 5) return false;
  if (request->size < PATCH && !is_padding(request->address + request->size, request->address + PATCH)) return false;
  struct island *island = island_for(module, HOOK_ROOM);
  if (!island) return false;
  struct hook *hook = make_hook();
  if (!hook) return false;
  uint8_t *stub = island->page + island->used, *copy = stub + STUB;
  *hook = (struct hook){.target = request->address, .world = request->world, .function = request->function,
                        .wrapper = request->wrapper, .argument = request->argument, .module = module->id, .original = copy,
                        .next = hooks};
  hook_set_plain(hook, request->plain);
  if (request->preserve && !calls_unknown_code(request->address, request->size)) write_preserving_stub(stub, hook);
  else write_stub(stub, request->argument, hook, request->wrapper);
  size_t copied = relocate_prologue(request->address, request->size, PATCH, copy, HOOK_ROOM - STUB);
  intptr_t distance = (intptr_t)((uintptr_t)stub - (request->address + PATCH));
  if (copied == 0 || distance != (int32_t)distance) {
    hook->next = spare_hooks;
    spare_hooks = hook;
    return false;
  }
  island->used += HOOK_ROOM;
  hooks = hook;
  request->hook = hook;
  return true;
}

static bool writable(uintptr_t address, bool on) {
  uintptr_t from = address & ~(uintptr_t)(PAGE - 1), to = (address + PATCH + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
  int protection = PROT_READ | PROT_EXEC | (on ? PROT_WRITE : 0);
  return system_protect((void *)from, to - from, protection) == 0;
}

static void drop(struct hook_request *request) {
  struct hook **at = &hooks;
  while (*at && *at != request->hook) at = &(*at)->next;
  if (*at) *at = request->hook->next;
  request->hook->next = spare_hooks;
  spare_hooks = request->hook;
  request->hook = NULL;
}

bool hooks_apply(struct module *module, struct hook_request *requests, size_t count, size_t *refused) {
  size_t ready = 0;
  while (ready < count && prepare(module, &requests[ready])) ready++;
  size_t opened = 0;
  if (ready == count)
    while (opened < count && writable(requests[opened].address, true)) opened++;
  bool all = ready == count && opened == count;
  if (all) {
    for (struct island *island = islands; island; island = island->next)
      if (island->module == module->id && system_protect(island->page, PAGE, PROT_READ | PROT_EXEC) != 0) all = false;
  }
  *refused = ready < count ? ready : opened < count ? opened : 0;
  for (size_t i = 0; all && i < count; i++) {
    const uint8_t *stub = (const uint8_t *)requests[i].hook->original - STUB;
    int32_t distance = (int32_t)((intptr_t)stub - (intptr_t)(requests[i].address + PATCH));
    uint8_t jump[PATCH] = {0xe9};
    memcpy(jump + 1, &distance, sizeof distance);
    memcpy((void *)requests[i].address, jump, PATCH);
  }
  for (size_t i = 0; i < opened; i++) writable(requests[i].address, false);
  for (size_t i = 0; !all && i < ready; i++) drop(&requests[i]);
  /* Later hooks of the same module get a page of their own: this one is no longer writable. */
  for (struct island *island = islands; island; island = island->next)
    if (island->module == module->id) island->used = PAGE;
  return all;
}

void hooks_forget(uint32_t module) {
  for (struct hook **at = &hooks; *at;) {
    struct hook *hook = *at;
    if (hook->module != module) {
      at = &hook->next;
      continue;
    }
    *at = hook->next;
    hook->next = spare_hooks;
    spare_hooks = hook;
  }
  for (struct island **at = &islands; *at;) {
    struct island *island = *at;
    if (island->module != module) {
      at = &island->next;
      continue;
    }
    *at = island->next;
    system_unmap(island->page, PAGE);
    island->next = spare_islands;
    spare_islands = island;
  }
}

bool hook_exists(uintptr_t address) {
  for (const struct hook *hook = hooks; hook; hook = hook->next)
    if (hook->target == address) return true;
  return false;
}

uintptr_t short_jump_target(uintptr_t address) {
  const uint8_t *code = (const uint8_t *)address;
  return code[0] == 0xeb ? address + 2 + (uintptr_t)(intptr_t)(int8_t)code[1] : 0;
}

uintptr_t lone_jump_target(uintptr_t address, size_t size) {
  const uint8_t *code = (const uint8_t *)address;
  int32_t distance;
  if (size >= 5 && code[0] == 0xe9) {
    memcpy(&distance, code + 1, sizeof distance);
    return address + 5 + (uintptr_t)(intptr_t)distance;
  }
  return 0;
}
