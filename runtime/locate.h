/* What lies at an address, as far as it is known. */
#ifndef CROSSFREE_LOCATE_H
#define CROSSFREE_LOCATE_H

#include "common.h"

struct place_in_memory {
  uint32_t where;          /* enum pointer_where; never interior, which the shadow tells */
  uint32_t module;         /* for static: module id */
  uintptr_t start, end;    /* of the mapping or module; 0: not known, or none */
  bool loader;             /* the dynamic loader's own data: it frees what it made before us */
};

/* By what we know ourselves: unknown where that does not tell. */
struct place_in_memory locate(uintptr_t address, uintptr_t stack_pointer);

/* Asks who started the program about what is still unknown: it takes some milliseconds. */
void locate_further(uintptr_t address, uintptr_t stack_pointer, struct place_in_memory *place);

/* True when glibc may well have handed out this address: its chunk header makes sense. */
bool looks_like_glibc_chunk(uintptr_t address, const struct place_in_memory *place);

#endif
