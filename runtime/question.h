/* Questions that only the kernel can answer: a sandbox may forbid us to ask it, so that the process that started the
 * program does, through the ledger. */
#ifndef CROSSFREE_QUESTION_H
#define CROSSFREE_QUESTION_H

#include "common.h"
#include "ledger_format.h"

struct answer {
  uintptr_t start, end;
  uint32_t flags;       /* enum answer_flag */
  uint32_t range_count; /* ledger_ranges */
};

/* Asks and waits for a bounded time, without a system call. False: nobody answered, and nothing is known. */
bool question_ask(uint32_t kind, uint64_t address, uintptr_t stack, struct answer *answer);

#endif
