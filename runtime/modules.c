#include "modules.h"

#include <elf.h>
#include <string.h>

#include "environment.h"
#include "ledger_format.h"
#include "reserve.h"
#include "loaded.h"
#include "system.h"

#define LISTS 16 /* old lists stay readable for a while: no reader is that slow */

unsigned modules_generation;
uintptr_t runtime_start, runtime_end;

static struct module_list *lists[LISTS];
static size_t list_capacity[LISTS];
static unsigned list_at;
static struct module_list *current;
static struct module *spare[64];
static unsigned spares;
static uint32_t next_id = 1;

static bool readable(const void *address) {
  unsigned char resident;
  return system_call(SYS_mincore, (uintptr_t)address & ~(uintptr_t)4095, 4096, &resident) == 0;
}

static void find_headers(struct module *module, bool executable) {
  if (executable) {
    module->headers = (const ElfW(Phdr) *)auxiliary_of_start(AT_PHDR);
    module->header_count = (unsigned)auxiliary_of_start(AT_PHNUM);
    return;
  }
  const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)module->base;
  if (!readable(header) || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return;
  module->headers = (const ElfW(Phdr) *)(module->base + header->e_phoff);
  module->header_count = header->e_phnum;
}

void (*modules_found_go)(void);
bool modules_have_go;

#define NOTE_GO_BUILD_ID 4

static void read_notes(struct module *module, const ElfW(Phdr) *notes) {
  const uint8_t *at = (const uint8_t *)(module->base + notes->p_vaddr), *end = at + notes->p_memsz;
  while (at + sizeof(ElfW(Nhdr)) <= end) {
    const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)at;
    const uint8_t *name = at + sizeof *note, *text = name + ((note->n_namesz + 3) & ~3u);
    if (text + note->n_descsz > end) return;
    if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && memcmp(name, "GNU", 4) == 0 && !module->build_id) {
      module->build_id = text;
      module->build_id_length = note->n_descsz > 64 ? 64 : note->n_descsz;
    }
    if (note->n_type == NOTE_GO_BUILD_ID && note->n_namesz == 4 && memcmp(name, "Go\0", 4) == 0) {
      modules_have_go = true;
      if (modules_found_go) modules_found_go();
    }
    at = text + ((note->n_descsz + 3) & ~3u);
  }
}

static void read_headers(struct module *module) {
  module->start = UINTPTR_MAX;
  module->text_start = UINTPTR_MAX;
  for (unsigned i = 0; i < module->header_count; i++) {
    const ElfW(Phdr) *header = &module->headers[i];
    uintptr_t from = module->base + header->p_vaddr, to = from + header->p_memsz;
    if (header->p_type == PT_LOAD) {
      if (from < module->start) module->start = from;
      if (to > module->end) module->end = to;
      if (header->p_flags & PF_X) {
        if (from < module->text_start) module->text_start = from;
        if (to > module->text_end) module->text_end = to;
      }
    } else if (header->p_type == PT_GNU_EH_FRAME) {
      module->unwind_index = (const uint8_t *)from;
    } else if (header->p_type == PT_NOTE) {
      read_notes(module, header);
    }
  }
  module->start &= ~(uintptr_t)4095;
}

static const char *executable_path(void) {
  static char path[4096];
  long length = system_call6(SYS_readlinkat, AT_FDCWD, (long)"/proc/self/exe", (long)path, sizeof path - 1, 0, 0);
  path[length > 0 ? length : 0] = 0;
  const char *given = length > 0 ? NULL : (const char *)auxiliary_of_start(AT_EXECFN);
  return given ? given : path;
}

static AT_START struct module *make_module(const struct link_map *map, bool executable) {
  struct module *module = spares ? spare[--spares] : own_memory(sizeof *module);
  if (!module) return NULL;
  const char *path = executable ? executable_path() : map->l_name;
  *module = (struct module){.id = next_id++, .base = map->l_addr, .map = map, .present = true};
  module->path = own_copy(path, strlen(path));
  if (executable) module->flags |= MODULE_EXECUTABLE;
  if (strncmp(path, "linux-vdso", 10) == 0) module->flags |= MODULE_VDSO;
  find_headers(module, executable);
  if (module->headers) read_headers(module);
  if (!module->headers || module->start == UINTPTR_MAX) module->start = module->end = module->text_start = 0;
  uintptr_t here = (uintptr_t)&make_module;
  if (here >= module->start && here < module->end) {
    module->flags |= MODULE_RUNTIME;
    runtime_start = module->start;
    runtime_end = module->end;
  }
  return module;
}

static struct module_list *fresh_list(size_t count) {
  unsigned at = list_at = (list_at + 1) % LISTS;
  if (list_capacity[at] < count) {
    list_capacity[at] = count * 2 + 16;
    lists[at] = own_memory(sizeof(struct module_list) + list_capacity[at] * sizeof(struct module *));
    if (!lists[at]) list_capacity[at] = 0;
  }
  return lists[at];
}

static bool same_module(const struct module *module, const struct link_map *map) {
  if (module->map != map || module->base != map->l_addr) return false;
  return (module->flags & MODULE_EXECUTABLE) || strcmp(module->path, map->l_name) == 0;
}

AT_START void modules_refresh(void (*appeared)(struct module *), void (*gone)(struct module *)) {
  struct module_list *before = current;
  size_t known = before ? before->count : 0, count = 0;
  for (size_t i = 0; i < known; i++) before->items[i]->present = false;
  for EACH_LOADED(map) count++;
  struct module_list *after = fresh_list(count + known);
  if (!after) return;
  after->count = 0;
  struct module *fresh[256];
  size_t fresh_count = 0;
  for EACH_LOADED(map) {
    struct module *module = NULL;
    for (size_t i = 0; i < known && !module; i++)
      if (!before->items[i]->present && same_module(before->items[i], map)) module = before->items[i];
    if (!module) {
      if (fresh_count == sizeof fresh / sizeof *fresh) break;
      module = make_module(map, map == loader_state()->r_map);
      if (!module) break;
      fresh[fresh_count++] = module;
    }
    module->present = true;
    size_t at = after->count++;
    while (at > 0 && after->items[at - 1]->start > module->start) {
      after->items[at] = after->items[at - 1];
      at--;
    }
    after->items[at] = module;
  }
  for (size_t i = 0; i < known; i++) {
    if (before->items[i]->present) continue;
    gone(before->items[i]);
    modules_generation++;
    if (spares < sizeof spare / sizeof *spare) spare[spares++] = before->items[i];
  }
  __atomic_store_n(&current, after, __ATOMIC_RELEASE);
  for (size_t i = 0; i < fresh_count; i++) appeared(fresh[i]);
}

const struct module_list *modules_now(void) { return __atomic_load_n(&current, __ATOMIC_ACQUIRE); }

struct module *module_at(uintptr_t address) {
  const struct module_list *list = modules_now();
  if (!list) return NULL;
  size_t low = 0, high = list->count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (list->items[middle]->start <= address) low = middle + 1;
    else high = middle;
  }
  if (!low) return NULL;
  struct module *module = list->items[low - 1];
  return address < module->end ? module : NULL;
}

struct module *module_of_map(const struct link_map *map) {
  const struct module_list *list = modules_now();
  for (size_t i = 0; list && i < list->count; i++)
    if (list->items[i]->map == map) return list->items[i];
  return NULL;
}
