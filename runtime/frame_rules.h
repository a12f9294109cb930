/* How to get from a stack frame to its caller, from the modules' unwind tables (.eh_frame). */
#ifndef CROSSFREE_FRAME_RULES_H
#define CROSSFREE_FRAME_RULES_H

#include "common.h"
#include "modules.h"

enum cfa_kind { CFA_STOP, CFA_STACK, CFA_FRAME, CFA_FRAME_DEREF, CFA_SIGNAL };
enum frame_kind { FRAME_SAME, FRAME_AT_CFA, FRAME_AT_FRAME };

/* How to get from a frame to its caller; fits one word so that the cache needs no lock. */
struct rule {
  uint64_t cfa : 4, frame : 4;
  int64_t cfa_offset : 28, frame_offset : 28;
};

/* The rule for an instruction; cached, lock-free, safe in signal handlers. */
struct rule frame_rule_at(const struct module *module, uintptr_t pc);

#endif
