/* What modules export, by the dynamic hash tables that the loader itself uses. */
#include <elf.h>
#include <string.h>

#include "ledger_format.h"
#include "loaded.h"
#include "modules.h"

struct dynamic_symbols {
  const ElfW(Sym) *symbols;
  const char *names;
  const uint32_t *gnu_hash, *hash;
  const uint16_t *versions;
};

static bool read_dynamic(uintptr_t base, const ElfW(Dyn) *entry, struct dynamic_symbols *out) {
  *out = (struct dynamic_symbols){0};
  if (!entry) return false;
  for (; entry->d_tag != DT_NULL; entry++) {
    uintptr_t value = entry->d_un.d_ptr;
    if (value < base) value += base; /* some loaders leave offsets */
    switch (entry->d_tag) {
      case DT_SYMTAB: out->symbols = (const ElfW(Sym) *)value; break;
      case DT_STRTAB: out->names = (const char *)value; break;
      case DT_GNU_HASH: out->gnu_hash = (const uint32_t *)value; break;
      case DT_HASH: out->hash = (const uint32_t *)value; break;
      case DT_VERSYM: out->versions = (const uint16_t *)value; break;
    }
  }
  return out->symbols && out->names && (out->gnu_hash || out->hash);
}

static uintptr_t symbol_address(uintptr_t base, const struct dynamic_symbols *table, uint32_t index,
                                const char *name, size_t *size) {
  const ElfW(Sym) *symbol = &table->symbols[index];
  if (symbol->st_shndx == SHN_UNDEF || strcmp(table->names + symbol->st_name, name) != 0) return 0;
  if (table->versions && (table->versions[index] & 0x8000)) return 0; /* an old version, not the default one */
  unsigned type = ELF64_ST_TYPE(symbol->st_info);
  if (type != STT_FUNC && type != STT_GNU_IFUNC && type != STT_NOTYPE && type != STT_OBJECT) return 0;
  uintptr_t address = base + symbol->st_value;
  *size = symbol->st_size;
  return type == STT_GNU_IFUNC ? ((uintptr_t (*)(void))address)() : address;
}

uintptr_t export_of(uintptr_t base, const ElfW(Dyn) *dynamic, const char *name, size_t *size) {
  struct dynamic_symbols table;
  if (!read_dynamic(base, dynamic, &table)) return 0;
  if (table.gnu_hash) {
    uint32_t hash = 5381;
    for (const uint8_t *at = (const uint8_t *)name; *at; at++) hash = hash * 33 + *at;
    uint32_t buckets = table.gnu_hash[0], first = table.gnu_hash[1], bloom = table.gnu_hash[2];
    const uint64_t *filter = (const uint64_t *)(table.gnu_hash + 4);
    uint64_t mask = 1ull << (hash % 64) | 1ull << ((hash >> table.gnu_hash[3]) % 64);
    if (!buckets || !bloom || (filter[(hash / 64) % bloom] & mask) != mask) return 0;
    const uint32_t *bucket = (const uint32_t *)(filter + bloom), *chain = bucket + buckets;
    uint32_t index = bucket[hash % buckets];
    if (index < first) return 0;
    for (;; index++) {
      uint32_t word = chain[index - first];
      if ((word | 1) == (hash | 1)) {
        uintptr_t address = symbol_address(base, &table, index, name, size);
        if (address) return address;
      }
      if (word & 1) return 0;
    }
  }
  uint32_t hash = 0;
  for (const uint8_t *at = (const uint8_t *)name; *at; at++) {
    hash = (hash << 4) + *at;
    hash = (hash ^ ((hash & 0xf0000000u) >> 24)) & 0x0fffffffu;
  }
  const uint32_t *bucket = table.hash + 2, *chain = bucket + table.hash[0];
  for (uint32_t index = bucket[hash % table.hash[0]]; index; index = chain[index]) {
    uintptr_t address = symbol_address(base, &table, index, name, size);
    if (address) return address;
  }
  return 0;
}

uintptr_t module_export(const struct module *module, const char *name) {
  size_t size;
  return module_export_sized(module, name, &size);
}

uintptr_t module_export_sized(const struct module *module, const char *name, size_t *size) {
  return export_of(module->base, module->dynamic, name, size);
}

void *next_symbol(const char *name) {
  bool after_us = false;
  for (size_t i = 0; i < modules_count(); i++) {
    const struct module *module = module_loaded(i);
    if (module->arranged) continue;
    uintptr_t address;
    if (after_us && (address = module_export(module, name))) return (void *)address;
    if (module->flags & MODULE_RUNTIME) after_us = true;
  }
  return NULL;
}
