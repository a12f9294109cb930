/* The modules (executable, shared objects) of this process, as the loader has them. */
#ifndef CROSSFREE_MODULES_H
#define CROSSFREE_MODULES_H

#include <link.h>

#include "common.h"

struct module {
  uint32_t id;
  uint32_t flags;              /* enum module_flag */
  uintptr_t base, start, end;
  uintptr_t text_start, text_end;
  const uint8_t *unwind_index; /* .eh_frame_hdr */
  const char *path;
  const struct link_map *map;
  const ElfW(Dyn) *dynamic;
  const ElfW(Phdr) *headers;
  unsigned header_count;
  const uint8_t *build_id;
  unsigned build_id_length;
  uint32_t world_rust, world_undetermined, world_cxx, world_cxx_array;
  uint64_t identity;           /* of the file, for release sites; 0: not computed */
  bool arranged;               /* an allocator for some worlds: the others must not find it */
  bool present, fresh;         /* used while the loader's list is compared */
  uint8_t told;                /* enum module_told */
  uint64_t shape;              /* of its headers and build id: what comes back at its place is it again */
  struct module *newer, *older, *alike; /* once it has gone: gone_modules.c */
  char *path_room;
  size_t path_size;
};

/* Whether the ledger has it. */
enum module_told { MODULE_UNTOLD, MODULE_AWAY, MODULE_THERE };

/* Reads the loader's list: `appeared` is called for each new module, `gone` for each that left. */
void modules_refresh(void (*appeared)(struct module *), void (*gone)(struct module *));

/* The module that an address lies in, or NULL. Lock-free, safe in signal handlers. */
struct module *module_at(uintptr_t address);

/* In the loader's order. Those of the program's start stay; where others come and go meanwhile, one of these may be missed. */
size_t modules_count(void);
struct module *module_loaded(size_t index);

/* Counts up whenever a module left: what was cached by address is stale. */
extern unsigned modules_generation;

/* A module made by Go is, or was, there. Called when the first of them appears, before its code runs. */
extern bool modules_have_go;
extern void (*modules_found_go)(void);

extern uintptr_t runtime_start, runtime_end;
ALWAYS_INLINE bool in_runtime(uintptr_t address) { return address - runtime_start < runtime_end - runtime_start; }

/* An exported symbol's address in one module by the dynamic hash table; 0 when it has none. */
uintptr_t module_export(const struct module *module, const char *name);
uintptr_t module_export_sized(const struct module *module, const char *name, size_t *size);

/* The definition of `name` that calls by symbol would reach without us: the first one after us. */
void *next_symbol(const char *name);

#endif
