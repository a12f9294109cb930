/* Writes findings into the ledger, each act once with a count. */
#ifndef CROSSFREE_FINDINGS_H
#define CROSSFREE_FINDINGS_H

#include "common.h"
#include "ledger_format.h"
#include "shadow.h"

enum on_finding { ON_FINDING_HEAL, ON_FINDING_FAITHFUL, ON_FINDING_STOP };
extern enum on_finding on_finding;
extern int stop_exit_code;

struct finding {
  uint32_t code, act;
  uintptr_t pointer;
  const struct block *block;   /* NULL when there is none */
  const struct block *other;   /* two-owners: the live block */
  uint64_t given_size, given_alignment;
  uint32_t birth_world, release_world;
  unsigned function;
  const struct call_place *place;
  uint32_t where, where_module;
  bool same_allocator, doubt;
};

void finding_write(const struct finding *finding);

#endif
