/* What lies at an address: read from /proc/self/maps when a finding needs it. */
#ifndef CROSSFREE_LOCATE_H
#define CROSSFREE_LOCATE_H

#include "common.h"

struct place_in_memory {
  uint32_t where;          /* enum pointer_where; never interior, which the shadow tells */
  uint32_t module;         /* for static: module id */
  uintptr_t start, end;    /* of the mapping; 0 when there is none */
  bool loader;             /* the dynamic loader's own data: it frees what it made before us */
};

struct place_in_memory locate(uintptr_t address, uintptr_t stack_pointer);

/* True when glibc may well have handed out this address: its chunk header makes sense. */
bool looks_like_glibc_chunk(uintptr_t address, const struct place_in_memory *place);

#endif
