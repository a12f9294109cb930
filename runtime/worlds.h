/* The worlds of this process. The first three are process-wide; the others belong to a module. */
#ifndef CROSSFREE_WORLDS_H
#define CROSSFREE_WORLDS_H

#include "common.h"
#include "ledger_format.h"
#include "modules.h"

enum { WORLD_NONE = 0, WORLD_C = 1, WORLD_CXX = 2, WORLD_CXX_ARRAY = 3, WORLD_FIRST_OF_MODULES = 4, WORLD_LOOSE = LEDGER_WORLDS - 2, WORLD_ANY = LEDGER_WORLDS - 1 };

struct world {
  uint32_t kind;   /* enum world_kind */
  uint32_t flags;  /* enum world_flag */
  uint32_t heap;   /* module that is its allocator; 0: not known, or that of c */
  bool rests_on_c; /* some block of it was a c block underneath: its releases end in the c world */
  bool own_heap;   /* some block of it was not */
  bool layered;    /* its allocator's own functions are redirected too, below its shims */
  bool dissolved;  /* some of its calls are inlined: births and deaths may go unseen */
  /* How its owner releases a block; NULL while its module is away. */
  void (*rust_dealloc)(void *, size_t, size_t);
  void *(*rust_alloc)(size_t, size_t);
  void (*plain_release)(void *);
  void *(*plain_allocate)(size_t);
};

extern struct world worlds[LEDGER_WORLDS];

void worlds_start(void);

/* The module's world of `kind`; the same one again when the module was here before. */
uint32_t world_of_module(struct module *module, uint32_t kind, uint32_t flags);

#endif
