#include "rebind.h"

#include <elf.h>
#include <string.h>

#include "intercept.h"
#include "ledger_format.h"
#include "provider.h"
#include "system.h"

struct dynamic {
  const ElfW(Sym) *symbols;
  const char *names;
  const ElfW(Rela) *relocations[2];
  size_t sizes[2];
};

static uintptr_t address_of(const struct module *module, const ElfW(Dyn) *entry) {
  uintptr_t value = entry->d_un.d_ptr;
  return value < module->base ? value + module->base : value;
}

static struct dynamic read_dynamic(const struct module *module) {
  struct dynamic found = {0};
  for (const ElfW(Dyn) *entry = module->dynamic; entry && entry->d_tag != DT_NULL; entry++) {
    switch (entry->d_tag) {
      case DT_SYMTAB: found.symbols = (const ElfW(Sym) *)address_of(module, entry); break;
      case DT_STRTAB: found.names = (const char *)address_of(module, entry); break;
      case DT_RELA: found.relocations[0] = (const ElfW(Rela) *)address_of(module, entry); break;
      case DT_RELASZ: found.sizes[0] = entry->d_un.d_val; break;
      case DT_JMPREL: found.relocations[1] = (const ElfW(Rela) *)address_of(module, entry); break;
      case DT_PLTRELSZ: found.sizes[1] = entry->d_un.d_val; break;
    }
  }
  return found;
}

static bool is_of_malloc(const char *name) {
  if (strcmp(name, "malloc_usable_size") == 0) return true;
  for (unsigned id = 1; id < FUNCTION_COUNT; id++)
    if (functions[id].family == FAMILY_C && strcmp(functions[id].name, name) == 0) return true;
  return false;
}

static bool is_read_only(const struct module *module, uintptr_t address) {
  for (unsigned i = 0; i < module->header_count; i++) {
    const ElfW(Phdr) *header = &module->headers[i];
    uintptr_t from = module->base + header->p_vaddr;
    if (header->p_type == PT_GNU_RELRO && address >= from && address < from + header->p_memsz) return true;
  }
  return false;
}

static void write_slot(const struct module *module, uintptr_t *slot, uintptr_t value) {
  uintptr_t page = (uintptr_t)slot & ~(uintptr_t)4095;
  bool closed = is_read_only(module, (uintptr_t)slot);
  if (closed && system_protect((void *)page, 4096, PROT_READ | PROT_WRITE) != 0) return;
  *slot = value;
  if (closed) system_protect((void *)page, 4096, PROT_READ);
}

void rebind_allocator(const struct module *module) {
  struct dynamic dynamic = read_dynamic(module);
  if (!dynamic.symbols || !dynamic.names) return;
  for (unsigned part = 0; part < 2; part++) {
    for (size_t i = 0; i < dynamic.sizes[part] / sizeof(ElfW(Rela)); i++) {
      const ElfW(Rela) *relocation = &dynamic.relocations[part][i];
      unsigned type = ELF64_R_TYPE(relocation->r_info);
      if (type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT) continue;
      const char *name = dynamic.names + dynamic.symbols[ELF64_R_SYM(relocation->r_info)].st_name;
      if (!is_of_malloc(name)) continue;
      uintptr_t address = module_export(module, name);
      if (!address && !next_definition(name, &address)) continue;
      write_slot(module, (uintptr_t *)(module->base + relocation->r_offset), address);
    }
  }
}

static const char *file_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

static const char *text_of(const struct module *module, const struct dynamic *dynamic, ElfW(Sxword) tag) {
  for (const ElfW(Dyn) *entry = module->dynamic; entry && entry->d_tag != DT_NULL; entry++)
    if (entry->d_tag == tag) return dynamic->names + entry->d_un.d_val;
  return NULL;
}

bool is_needed(const struct module *module) {
  struct dynamic own = read_dynamic(module);
  const char *given = own.names ? text_of(module, &own, DT_SONAME) : NULL;
  const char *name = given ? given : file_name(module->path);
  for (size_t i = 0; i < modules_count(); i++) {
    const struct module *other = module_loaded(i);
    if (other == module || other->arranged || (other->flags & (MODULE_VDSO | MODULE_RUNTIME))) continue;
    struct dynamic dynamic = read_dynamic(other);
    for (const ElfW(Dyn) *entry = other->dynamic; dynamic.names && entry && entry->d_tag != DT_NULL; entry++)
      if (entry->d_tag == DT_NEEDED && strcmp(file_name(dynamic.names + entry->d_un.d_val), file_name(name)) == 0) return true;
  }
  return false;
}
