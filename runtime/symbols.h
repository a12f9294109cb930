/* What a module's file says of the functions that we look for. */
#ifndef CROSSFREE_SYMBOLS_H
#define CROSSFREE_SYMBOLS_H

#include "intercept.h"
#include "modules.h"

struct symbol {
  uintptr_t value; /* virtual address in the file; 0: not there */
  size_t size;
  bool exported;
};

struct module_facts {
  bool has_symbols;     /* a symbol table that strip did not take */
  bool rust;            /* holds code that rustc made */
  bool imports_shims;   /* its Rust allocator is in another module */
  bool calls_c;         /* imports malloc or free */
  bool serves_malloc;   /* exports malloc and is not the C library */
  bool known_allocator; /* one whose every entry is in our list, by the names inside of it */
  bool inlines_it;      /* the linker optimised it together with its callers: its names are no longer global */
  char other_entry[64]; /* of a module that serves malloc: a function whose name says that it may be an entry, too */
  char own_helper[64];  /* the same of a function that only its own source file can call */
  struct symbol found[FUNCTION_COUNT];
  struct symbol rust_default[4]; /* __rdl_alloc, __rdl_alloc_zeroed, __rdl_dealloc, __rdl_realloc */
  uintptr_t layout_makers[4];    /* Layout::from_size_align…, functions of their own where nothing is inlined */
  struct symbol rust_own[4];     /* __rg_…: a global allocator of the program's */
};

/* Reads the file behind a module; false when it cannot be read. Remembers the last files. */
bool read_facts(const struct module *module, struct module_facts *facts);

#endif
