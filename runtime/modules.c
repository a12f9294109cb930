#include "modules.h"

#include <elf.h>
#include <string.h>

#include "environment.h"
#include "gone_modules.h"
#include "ledger.h"
#include "loaded.h"
#include "module_list.h"
#include "system.h"

unsigned modules_generation;
uintptr_t runtime_start, runtime_end;

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

static uint64_t mix_bytes(uint64_t hash, const void *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) hash = (hash ^ ((const uint8_t *)bytes)[i]) * 1099511628211ull;
  return hash;
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
  module->shape = mix_bytes(14695981039346656037ull, module->headers, module->header_count * sizeof *module->headers);
  module->shape = mix_bytes(module->shape, module->build_id, module->build_id_length);
}

static const char *executable_path(void) {
  static char path[4096];
  long length = system_call6(SYS_readlinkat, AT_FDCWD, (long)"/proc/self/exe", (long)path, sizeof path - 1, 0, 0);
  path[length > 0 ? length : 0] = 0;
  const char *given = length > 0 ? NULL : (const char *)auxiliary_of_start(AT_EXECFN);
  return given ? given : path;
}

static void read_module(struct module *module, const struct link_map *map, bool executable) {
  *module = (struct module){.base = map->l_addr, .map = map, .dynamic = map->l_ld, .present = true};
  module->path = executable ? executable_path() : map->l_name;
  if (executable) module->flags |= MODULE_EXECUTABLE;
  if (strncmp(module->path, "linux-vdso", 10) == 0) module->flags |= MODULE_VDSO;
  find_headers(module, executable);
  if (module->headers) read_headers(module);
  if (!module->headers || module->start == UINTPTR_MAX) module->start = module->end = module->text_start = 0;
  uintptr_t here = (uintptr_t)&read_module;
  if (here >= module->start && here < module->end) {
    module->flags |= MODULE_RUNTIME;
    runtime_start = module->start;
    runtime_end = module->end;
  }
}

/* The one that was there before, at the same place, or a new one. */
static AT_START struct module *make_module(const struct link_map *map, bool executable) {
  struct module read;
  read_module(&read, map, executable);
  struct module *module = gone_module_like(&read);
  if (module || !(module = module_memory(&read))) return module;
  module->id = next_id++;
  return module;
}

/* No memory for some of them, in a process that has none left. */
static void modules_are_missed(void) { ledger_gap(GAP_NO_LOADER_EVENTS, 0, ""); }

static bool same_module(const struct module *module, const struct link_map *map) {
  if (!module || module->base != map->l_addr) return false;
  return (module->flags & MODULE_EXECUTABLE) || strcmp(module->path, map->l_name) == 0;
}

AT_START void modules_refresh(void (*appeared)(struct module *), void (*gone)(struct module *)) {
  const struct module_list *before = modules_now();
  size_t known = before ? before->count : 0, count = 0;
  for EACH_LOADED(map) count++;
  struct module_list *after = list_to_fill(count);
  if (!after) return modules_are_missed();
  for (size_t i = 0; i < known; i++) before->loaded[i]->present = false;
  count = 0;
  for EACH_LOADED(map) {
    if (count == after->capacity) break; /* a loader that we are blind to has gone on meanwhile */
    struct module *module = module_of_map(map);
    bool fresh = !same_module(module, map) || module->present;
    if (fresh) module = make_module(map, map == loader_state()->r_map);
    if (!module) {
      modules_are_missed();
      continue;
    }
    module->present = true;
    module->fresh = fresh;
    after->loaded[count++] = module;
  }
  for (size_t i = 0; i < known; i++) {
    struct module *module = before->loaded[i];
    if (module->present) continue;
    gone(module);
    modules_generation++;
  }
  list_publish(after, count);
  for (size_t i = 0; i < known; i++) /* the list that others may still read is the one before */
    if (!before->loaded[i]->present) module_is_gone(before->loaded[i]);
  for (size_t i = 0; i < count; i++)
    if (after->loaded[i]->fresh) appeared(after->loaded[i]);
}
