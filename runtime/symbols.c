#include "symbols.h"

#include <elf.h>
#include <string.h>
#include <sys/stat.h>

#include "entries.h"
#include "ledger_format.h"
#include "reserve.h"
#include "provider.h"
#include "system.h"

struct file {
  const uint8_t *bytes;
  size_t size;
  const Elf64_Ehdr *header;
  const Elf64_Shdr *sections;
  const char *section_names;
  size_t section_names_size;
};

static bool inside(const struct file *file, uint64_t offset, uint64_t size) {
  return offset <= file->size && size <= file->size - offset;
}

static bool parse(struct file *file) {
  file->header = (const Elf64_Ehdr *)file->bytes;
  const Elf64_Ehdr *header = file->header;
  if (file->size < sizeof *header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return false;
  if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_shentsize != sizeof(Elf64_Shdr)) return false;
  if (!inside(file, header->e_shoff, (uint64_t)header->e_shnum * sizeof(Elf64_Shdr)) || header->e_shoff & 7) return false;
  file->sections = (const Elf64_Shdr *)(file->bytes + header->e_shoff);
  if (header->e_shstrndx >= header->e_shnum) return false;
  const Elf64_Shdr *names = &file->sections[header->e_shstrndx];
  if (!inside(file, names->sh_offset, names->sh_size) || names->sh_size == 0) return false;
  file->section_names = (const char *)file->bytes + names->sh_offset;
  file->section_names_size = names->sh_size;
  return file->section_names[names->sh_size - 1] == 0;
}

static bool section_holds(const struct file *file, const char *name, const char *text) {
  for (unsigned i = 0; i < file->header->e_shnum; i++) {
    const Elf64_Shdr *section = &file->sections[i];
    if (section->sh_name >= file->section_names_size || section->sh_type == SHT_NOBITS) continue;
    if (strcmp(file->section_names + section->sh_name, name) != 0) continue;
    if (!inside(file, section->sh_offset, section->sh_size)) return false;
    return memmem(file->bytes + section->sh_offset, section->sh_size, text, strlen(text)) != NULL;
  }
  return false;
}

/* `__rust_alloc` as rustc spelled it before 1.87, or mangled: _RNvCs…_7___rustc12___rust_alloc. */
static bool is_rust_name(const char *name, const char *wanted) {
  if (strcmp(name, wanted) == 0) return true;
  if (name[0] != '_' || name[1] != 'R') return false;
  const char *crate = strstr(name, "7___rustc");
  if (!crate) return false;
  const char *at = crate + strlen("7___rustc");
  while (*at >= '0' && *at <= '9') at++;
  /* An identifier that begins with an underscore has one more before it. */
  return *at == '_' && strncmp(at + 1, wanted, strlen(wanted)) == 0 &&
         (at[1 + strlen(wanted)] == 0 || at[1 + strlen(wanted)] == '.');
}

static const char *const default_names[4] = {"__rdl_alloc", "__rdl_alloc_zeroed", "__rdl_dealloc", "__rdl_realloc"};
static const char *const own_names[4] = {"__rg_alloc", "__rg_alloc_zeroed", "__rg_dealloc", "__rg_realloc"};

static void keep(struct symbol *to, const Elf64_Sym *symbol, bool exported) {
  if (to->value == 0 || (symbol->st_size && !to->size)) *to = (struct symbol){symbol->st_value, symbol->st_size, exported};
  to->exported |= exported;
}

static bool wanted_family(enum family family, bool executable, bool dynamic) {
  if (family == FAMILY_C) return executable && dynamic;
  return true;
}

/* Inline, and mostly done after a letter or two. */
ALWAYS_INLINE bool begins(const char *name, const char *with) {
  while (*with && *name == *with) name++, with++;
  return !*with;
}

static uint8_t beginning(const char *name) { return (uint8_t)(name[0] * 5 + name[1] * 17 + name[2]); }

/* By its first three letters: a compiler exports tens of thousands of names, and each has to be told apart. */
static bool may_be_a_function(const char *name) {
  static uint64_t beginnings[4];
  if (!name[0] || !name[1]) return false;
  if (!beginnings[0] && !beginnings[1] && !beginnings[2] && !beginnings[3])
    for (unsigned id = 1; id < FUNCTION_COUNT; id++) {
      uint8_t bit = beginning(functions[id].name);
      beginnings[bit / 64] |= 1ull << bit % 64;
    }
  uint8_t bit = beginning(name);
  return beginnings[bit / 64] >> bit % 64 & 1;
}

static void keep_name(char to[64], const char *name) {
  size_t length = strnlen(name, 63);
  if (to[0]) return;
  memcpy(to, name, length);
  to[length] = 0;
}

/* A function of an allocator's module that is none of ours: may it hand out blocks, or take them? */
static void take_other(const char *name, bool global, bool exported, bool executable, struct module_facts *facts) {
  facts->known_allocator |= begins(name, "je_") || begins(name, "_rjem_") || begins(name, "_mi_") || begins(name, "_ZN8tcmalloc") ||
                            begins(name, "_ZN5scudo") || begins(name, "_ZN7__scudo") || begins(name, "_ZN8snmalloc");
  if (!may_be_an_entry(name)) return;
  if (exported || (global && executable)) keep_name(facts->other_entry, name);
  else if (executable) keep_name(facts->own_helper, name);
}

static void take_symbol(const Elf64_Sym *symbol, const char *name, bool dynamic, bool executable, struct module_facts *facts) {
  unsigned type = ELF64_ST_TYPE(symbol->st_info);
  bool exported = dynamic && ELF64_ST_BIND(symbol->st_info) != STB_LOCAL;
  bool rust = name[0] == '_' && (name[1] == 'R' || begins(name, "__r") || begins(name, "_ZN4core"));
  bool cxx = name[0] == '_' && name[1] == 'Z' && (name[2] == 'n' || name[2] == 'd');
  bool embedded = begins(name, "_rjem_") || begins(name, "mi_");
  if (!rust && !cxx && !embedded && !dynamic && !facts->serves_malloc) return;
  if (symbol->st_shndx == SHN_UNDEF) {
    if (rust && (is_rust_name(name, "__rust_alloc") || is_rust_name(name, "__rust_dealloc"))) facts->imports_shims = true;
    if (dynamic && (strcmp(name, "malloc") == 0 || strcmp(name, "free") == 0)) facts->calls_c = true;
    return;
  }
  if (type != STT_FUNC || symbol->st_value == 0) return;
  if (rust && strstr(name, "Layout") && strstr(name, "from_size_align"))
    for (int i = 0; i < 4; i++)
      if (!facts->layout_makers[i]) {
        facts->layout_makers[i] = symbol->st_value;
        break;
      }
  if (rust)
    for (int i = 0; i < 4; i++) {
      if (is_rust_name(name, default_names[i])) keep(&facts->rust_default[i], symbol, exported);
      if (is_rust_name(name, own_names[i])) keep(&facts->rust_own[i], symbol, exported);
    }
  bool known = false;
  for (unsigned id = 1; id < FUNCTION_COUNT && (rust || may_be_a_function(name)); id++) {
    const struct function *function = &functions[id];
    bool same = function->family == FAMILY_RUST ? rust && is_rust_name(name, function->name) : strcmp(name, function->name) == 0;
    if (same && wanted_family(function->family, executable, dynamic)) keep(&facts->found[id], symbol, exported);
    if (same && function->family == FAMILY_VENDOR && ELF64_ST_BIND(symbol->st_info) == STB_LOCAL) facts->inlines_it = true;
    known |= same;
  }
  if (!known && facts->serves_malloc) take_other(name, ELF64_ST_BIND(symbol->st_info) != STB_LOCAL, exported, executable, facts);
}

/* Stretches of a string table in which a name that concerns us may begin. Names share tails,
 * so one may begin anywhere between the start of a string and the text that we look for. */
#define STRETCHES 2048
struct stretches {
  size_t count;
  bool overflow; /* more than fit: look at every name */
  struct { uint32_t from, to; } at[STRETCHES];
};

#define PIECE ((size_t)1 << 20)

/* Pages that were looked through are given back: a large table must not count as our memory. */
static void look_through(const char *names, size_t size, const char *text,
                         struct stretches *found) {
  size_t length = strlen(text);
  for (size_t at = 0; at < size;) {
    size_t end = at + PIECE + length < size ? at + PIECE + length : size;
    const char *hit = memmem(names + at, end - at, text, length);
    if (hit) {
      size_t to = (size_t)(hit - names), from = to;
      while (from > 0 && names[from - 1] != 0) from--;
      if (found->count == STRETCHES) found->overflow = true;
      else {
        found->at[found->count].from = (uint32_t)from;
        found->at[found->count++].to = (uint32_t)to;
      }
      at = to + 1;
      if (found->overflow) return;
    } else {
      at = end == size ? size : end - length;
    }
    if (at >= PIECE) {
      uintptr_t low = ((uintptr_t)names + 4095) & ~(uintptr_t)4095, high = ((uintptr_t)names + at) & ~(uintptr_t)4095;
      if (high > low) system_advise((void *)low, high - low, MADV_DONTNEED);
    }
  }
}

static bool in_stretches(const struct stretches *stretches, uint32_t name) {
  if (stretches->overflow) return true;
  for (size_t i = 0; i < stretches->count; i++)
    if (name >= stretches->at[i].from && name <= stretches->at[i].to) return true;
  return false;
}

static void take_table(const struct file *file, const Elf64_Shdr *table, bool executable, struct module_facts *facts,
                       bool *unwinds) {
  static const char *const texts[] = {"_Znwm", "_Znam", "_ZdlPv", "_ZdaPv", "_rjem_", "mi_malloc", "mi_zalloc",
                                      "mi_calloc", "mi_realloc", "mi_free"};
  bool dynamic = table->sh_type == SHT_DYNSYM;
  if (table->sh_link >= file->header->e_shnum || !inside(file, table->sh_offset, table->sh_size) || table->sh_offset & 7) return;
  const Elf64_Shdr *strings = &file->sections[table->sh_link];
  if (!inside(file, strings->sh_offset, strings->sh_size) || strings->sh_size == 0) return;
  const char *names = (const char *)file->bytes + strings->sh_offset;
  if (names[strings->sh_size - 1] != 0) return;
  if (!dynamic) facts->has_symbols = true;
  static struct stretches stretches, probe; /* one module at a time: at start, or under the loader's lock */
  stretches.count = probe.count = 0;
  stretches.overflow = probe.overflow = false;
  look_through(names, strings->sh_size, "__rust_", &stretches);
  look_through(names, strings->sh_size, "rust_eh_personality", &probe);
  if (stretches.count || probe.count) facts->rust = true;
  if (stretches.count) {
    look_through(names, strings->sh_size, "__rdl_", &stretches);
    look_through(names, strings->sh_size, "__rg_", &stretches);
    look_through(names, strings->sh_size, "from_size_align", &stretches);
  }
  if (dynamic) {
    probe.count = 0;
    look_through(names, strings->sh_size, "_Unwind_GetIP", &probe);
    if (probe.count) *unwinds = true;
  }
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (i < 4 || facts->rust) look_through(names, strings->sh_size, texts[i], &stretches);
  if (dynamic && (executable || facts->rust || *unwinds)) stretches.overflow = true; /* malloc and its like */
  if (facts->serves_malloc && (dynamic || executable)) stretches.overflow = true;
  if (dynamic) look_through(names, strings->sh_size, "scalable_", &stretches);
  if (!stretches.count && !stretches.overflow) return;
  const Elf64_Sym *symbols = (const Elf64_Sym *)(file->bytes + table->sh_offset);
  size_t count = table->sh_size / sizeof *symbols;
  for (size_t i = 1; i < count; i++)
    if (symbols[i].st_name < strings->sh_size && in_stretches(&stretches, symbols[i].st_name))
      take_symbol(&symbols[i], names + symbols[i].st_name, dynamic, executable, facts);
}

static void read_file(const struct file *file, bool executable, struct module_facts *facts) {
  bool unwinds = false;
  for (unsigned i = 0; i < file->header->e_shnum; i++) {
    uint32_t type = file->sections[i].sh_type;
    if (type == SHT_SYMTAB || type == SHT_DYNSYM) take_table(file, &file->sections[i], executable, facts, &unwinds);
  }
  if (!facts->rust) facts->rust = section_holds(file, ".comment", "rustc version");
  /* Stripped to the bone: only panic messages tell. C++ and C seldom import this much of the unwinder. */
  if (!facts->rust && unwinds && !facts->has_symbols)
    facts->rust = section_holds(file, ".rodata", "library/std/src/") || section_holds(file, ".rodata", "/rustc/");
}

#define REMEMBERED 32
static struct {
  uint64_t device, inode, size, changed;
  struct module_facts facts;
} *remembered[REMEMBERED];
static unsigned remember_at;

static bool same_file(unsigned i, const struct stat *status) {
  return remembered[i] && remembered[i]->device == status->st_dev && remembered[i]->inode == status->st_ino &&
         remembered[i]->size == (uint64_t)status->st_size &&
         remembered[i]->changed == (uint64_t)status->st_mtim.tv_sec * 1000000000u + (uint64_t)status->st_mtim.tv_nsec;
}

static void remember(const struct stat *status, const struct module_facts *facts) {
  unsigned at = remember_at++ % REMEMBERED;
  if (!remembered[at]) remembered[at] = own_memory(sizeof **remembered);
  if (!remembered[at]) return;
  remembered[at]->device = status->st_dev;
  remembered[at]->inode = status->st_ino;
  remembered[at]->size = (uint64_t)status->st_size;
  remembered[at]->changed = (uint64_t)status->st_mtim.tv_sec * 1000000000u + (uint64_t)status->st_mtim.tv_nsec;
  remembered[at]->facts = *facts;
}

/* Old loaders export a malloc, too. */
static bool serves_malloc(const struct module *module) {
  return !module_named(module, "libc.so") && !module_named(module, "libc-2.") && !module_named(module, "ld-linux") &&
         !module_named(module, "ld-2.") && module_export(module, "malloc");
}

bool read_facts(const struct module *module, struct module_facts *facts) {
  memset(facts, 0, sizeof *facts);
  int fd = system_open(module->path, O_RDONLY, 0);
  if (fd < 0) return false;
  struct stat status;
  bool ok = system_call(SYS_fstat, fd, &status, 0) == 0 && S_ISREG(status.st_mode);
  for (unsigned i = 0; ok && i < REMEMBERED; i++) {
    if (!same_file(i, &status)) continue;
    *facts = remembered[i]->facts;
    system_close(fd);
    return true;
  }
  struct file file = {.size = ok ? (size_t)status.st_size : 0};
  file.bytes = ok ? system_map_file(fd, file.size, PROT_READ, MAP_PRIVATE) : NULL;
  system_close(fd);
  if (!file.bytes) return false;
  ok = parse(&file);
  facts->serves_malloc = serves_malloc(module);
  if (ok) read_file(&file, module->flags & MODULE_EXECUTABLE, facts);
  system_unmap((void *)file.bytes, file.size);
  if (ok) remember(&status, facts);
  return ok;
}
