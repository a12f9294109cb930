/* Writes the ledger (ledger_format.h). Safe in signal handlers, threads and forked children, and without a system call
 * once it is open: what does not fit is dropped and counted. */
#ifndef CROSSFREE_LEDGER_H
#define CROSSFREE_LEDGER_H

#include "common.h"
#include "ledger_format.h"

extern struct ledger_header *ledger; /* never NULL: without a ledger it is a private page that nobody reads */
extern THREAD_LOCAL struct ledger_slot *ledger_slot HIDDEN;

/* Makes this process's ledger in `directory`, of at most `most` bytes. False: nothing will be recorded. */
bool ledger_open(const char *directory, size_t most);
bool ledger_active(void);

struct ledger_question *ledger_question(void);
const struct ledger_range *ledger_ranges(void);

/* Room for a record of `type` with `size` bytes; NULL when dropped. Fill it, then commit. */
void *ledger_begin(uint16_t type, size_t size);
void ledger_commit(void *record);

void ledger_count_untracked(void);
void ledger_count_unknown(void);

/* This thread's counters; claims them on first use. */
struct ledger_slot *ledger_claim_slot(void);
void ledger_count_birth(uint32_t world);

/* Adds up what threads counted that found no counters in the file. */
void ledger_settle(void);

/* False: dropped. */
bool ledger_write_text(uint16_t type, size_t fixed, const void *record, const char *text, size_t length);
void ledger_gap(uint32_t reason, uint32_t module, const char *detail);
void ledger_forked_child(int parent);
void ledger_exiting(int code);

/* The part of the records that is written; and gives those between that only a child made by vfork can have written
 * that child's id. */
uint64_t ledger_cursor(void);
void ledger_of_vfork_child(uint64_t from, int child);

/* An address-space limit is coming: keeps what is allocated, and of that at most `most` bytes beyond what is used. */
void ledger_shrink(size_t most);

/* Not even half of what it may have is used. */
bool ledger_has_plenty(void);

/* Set while the stack of a finding is written. */
extern THREAD_LOCAL bool ledger_urgent;
bool ledger_owns(uintptr_t start, uintptr_t end);

#endif
