#include "shape.h"

#include <elf.h>
#include <string.h>

#include "system.h"

#define LARGEST_TEXT ((size_t)32 << 20)
#define JUMP 5

/* Where the addresses of the C functions lie that the module imports. */
struct imports {
  uintptr_t malloc_slot, free_slot, realloc_slot, calloc_slot, aligned_slot;
};

static void read_relocations(const struct module *module, const Elf64_Rela *at, size_t size, const Elf64_Sym *symbols,
                             const char *names, struct imports *imports) {
  for (const Elf64_Rela *end = at + size / sizeof *at; at < end; at++) {
    unsigned type = ELF64_R_TYPE(at->r_info);
    if (type != R_X86_64_GLOB_DAT && type != R_X86_64_JUMP_SLOT) continue;
    const char *name = names + symbols[ELF64_R_SYM(at->r_info)].st_name;
    uintptr_t slot = module->base + at->r_offset;
    if (strcmp(name, "malloc") == 0) imports->malloc_slot = slot;
    else if (strcmp(name, "free") == 0) imports->free_slot = slot;
    else if (strcmp(name, "realloc") == 0) imports->realloc_slot = slot;
    else if (strcmp(name, "calloc") == 0) imports->calloc_slot = slot;
    else if (strcmp(name, "posix_memalign") == 0) imports->aligned_slot = slot;
  }
}

static bool read_imports(const struct module *module, struct imports *imports) {
  uintptr_t symbols = 0, names = 0, rela = 0, jump = 0;
  size_t rela_size = 0, jump_size = 0;
  memset(imports, 0, sizeof *imports);
  for (const ElfW(Dyn) *entry = module->dynamic; entry && entry->d_tag != DT_NULL; entry++) {
    uintptr_t value = entry->d_un.d_ptr;
    uintptr_t address = value < module->base ? value + module->base : value;
    switch (entry->d_tag) {
      case DT_SYMTAB: symbols = address; break;
      case DT_STRTAB: names = address; break;
      case DT_RELA: rela = address; break;
      case DT_RELASZ: rela_size = value; break;
      case DT_JMPREL: jump = address; break;
      case DT_PLTRELSZ: jump_size = value; break;
    }
  }
  if (!symbols || !names) return false;
  if (rela) read_relocations(module, (const Elf64_Rela *)rela, rela_size, (const Elf64_Sym *)symbols, (const char *)names, imports);
  if (jump) read_relocations(module, (const Elf64_Rela *)jump, jump_size, (const Elf64_Sym *)symbols, (const char *)names, imports);
  return imports->malloc_slot && imports->free_slot && imports->realloc_slot && imports->calloc_slot && imports->aligned_slot;
}

static uintptr_t relative(uintptr_t after_opcode) {
  int32_t distance;
  memcpy(&distance, (const void *)after_opcode, sizeof distance);
  return after_opcode + 4 + (uintptr_t)(intptr_t)distance;
}

static bool inside_text(const struct module *module, uintptr_t from, size_t size) {
  return from >= module->text_start && from + size <= module->text_end;
}

/* Some call or jump in these bytes goes through `slot`, directly or by a stub of the linker. */
static bool goes_through(const struct module *module, uintptr_t from, size_t size, uintptr_t slot) {
  for (uintptr_t at = from; at < from + size && inside_text(module, at, 16); at++) {
    const uint8_t *code = (const uint8_t *)at;
    if (code[0] == 0xff && (code[1] == 0x15 || code[1] == 0x25) && relative(at + 2) == slot) return true;
    if (code[0] != 0xe8 && code[0] != 0xe9) continue;
    uintptr_t stub = relative(at + 1);
    if (!inside_text(module, stub, 16)) continue;
    const uint8_t *target = (const uint8_t *)stub;
    if (memcmp(target, "\xf3\x0f\x1e\xfa", 4) == 0) target += 4; /* endbr64 */
    if (target[0] == 0xf2) target++;
    if (target[0] == 0xff && target[1] == 0x25 && relative((uintptr_t)target + 2) == slot) return true;
  }
  return false;
}

static bool is_filled(uintptr_t from, uintptr_t to) {
  for (; from < to; from++)
    if (*(const uint8_t *)from != 0xcc) return false;
  return true;
}

/* The order in which rustc lays them out, and what each one's target must call. */
static bool fits(const struct module *module, const struct imports *imports, uintptr_t first, size_t stride) {
  uintptr_t targets[4];
  for (int i = 0; i < 4; i++) {
    uintptr_t at = first + (size_t)i * stride;
    if (!inside_text(module, at, stride) || *(const uint8_t *)at != 0xe9 || !is_filled(at + JUMP, at + stride)) return false;
    targets[i] = relative(at + 1);
    if (!inside_text(module, targets[i], 64)) return false;
  }
  return goes_through(module, targets[1], 1, imports->free_slot) &&
         goes_through(module, targets[0], 96, imports->malloc_slot) &&
         goes_through(module, targets[0], 96, imports->aligned_slot) &&
         goes_through(module, targets[2], 128, imports->realloc_slot) &&
         goes_through(module, targets[3], 128, imports->calloc_slot);
}

static void keep(const struct module *module, struct module_facts *facts, uintptr_t first, size_t stride) {
  static const unsigned shims[4] = {FUNCTION___rust_alloc, FUNCTION___rust_dealloc, FUNCTION___rust_realloc,
                                    FUNCTION___rust_alloc_zeroed};
  static const unsigned defaults[4] = {0, 2, 3, 1}; /* where module_facts keeps the target */
  for (int i = 0; i < 4; i++) {
    uintptr_t at = first + (size_t)i * stride;
    facts->found[shims[i]] = (struct symbol){at - module->base, JUMP, false};
    facts->rust_default[defaults[i]] = (struct symbol){relative(at + 1) - module->base, JUMP, false};
  }
}

bool find_shims_by_shape(const struct module *module, struct module_facts *facts) {
  struct imports imports;
  size_t size = module->text_end - module->text_start;
  if (module->text_start >= module->text_end || size > LARGEST_TEXT || !read_imports(module, &imports)) return false;
  bool found = false;
  for (uintptr_t at = module->text_start; !found && at + 64 < module->text_end; at++) {
    const uint8_t *hit = memchr((const void *)at, 0xe9, module->text_end - 64 - at);
    if (!hit) break;
    at = (uintptr_t)hit;
    for (int dense = 0; dense < 2 && !found; dense++) {
      size_t stride = dense ? JUMP : 16;
      if (hit[stride] != 0xe9 || hit[2 * stride] != 0xe9 || hit[3 * stride] != 0xe9) continue;
      found = fits(module, &imports, at, stride);
      if (found) keep(module, facts, at, stride);
    }
  }
  /* What was only looked through is no memory of the program's. */
  if (size > (1u << 20)) system_advise((void *)(module->text_start & ~(uintptr_t)4095), size, MADV_DONTNEED);
  return found;
}
