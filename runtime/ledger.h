/* Writes the ledger (ledger_format.h). Safe in signal handlers, threads and forked
 * children; where the file cannot grow, records are dropped and counted. */
#ifndef CROSSFREE_LEDGER_H
#define CROSSFREE_LEDGER_H

#include "common.h"
#include "ledger_format.h"

extern struct ledger_header *ledger; /* never NULL: without a ledger it is a private page that nobody reads */
extern THREAD_LOCAL struct ledger_slot *ledger_slot HIDDEN;

/* Makes this process's ledger in `directory`. False: nothing will be recorded. */
bool ledger_open(const char *directory);
bool ledger_active(void);

/* Room for a record of `type` with `size` bytes; NULL when dropped. Fill it, then commit. */
void *ledger_begin(uint16_t type, size_t size);
void ledger_commit(void *record);

void ledger_count_untracked(void);
void ledger_count_unknown(void);

/* This thread's counters; claims them on first use. */
struct ledger_slot *ledger_claim_slot(void);
void ledger_count_birth(uint32_t world);

void ledger_write_text(uint16_t type, size_t fixed, const void *record, const char *text, size_t length);
void ledger_gap(uint32_t reason, uint32_t module, const char *detail);
void ledger_forked_child(int parent);
void ledger_exiting(int code);
/* From now on the file must do with what it has; makes some room before. */
void ledger_freeze(void);
bool ledger_is_frozen(void);
void ledger_shrink(void);

/* Set while the stack of a finding is written. */
extern THREAD_LOCAL bool ledger_urgent;
bool ledger_owns(uintptr_t start, uintptr_t end);

#endif
