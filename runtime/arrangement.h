/* Which world is put on which allocator: read from the environment before the first block. */
#ifndef CROSSFREE_ARRANGEMENT_H
#define CROSSFREE_ARRANGEMENT_H

#include "allocators.h"
#include "common.h"
#include "hook.h"
#include "ownership.h"

struct block;

/* Finds the allocators that the environment asks for. Safe before any constructor; the first call counts. */
void arrangement_start(void);

/* Some world was put somewhere: `c` itself, or another one. */
extern bool arranged HIDDEN;

/* The functions that a process-wide world must be given; NULL: those that it has anyway. */
struct allocator *arrangement_of_world(uint32_t world);

/* Puts the Rust world of a module where it is wanted. `whole`: no call goes past its shims;
 * `standard`: they lead to malloc. */
void arrangement_of_rust(struct module *module, struct hook_request *requests, size_t count, bool whole, bool standard);

/* Writes into the ledger which wishes could not be met. */
void arrangement_report(void);

/* The identity of the allocator that a block came from, or that a world releases to; 0: not known. */
uint32_t heap_of_block(const struct block *block);
uint32_t heap_of_world(uint32_t world);

/* For a block that nobody saw born: back to the allocator that was there before. False: it did not move. */
bool release_to_base(const struct release *release);

/* The number of usable bytes, by the block's own allocator. */
size_t usable_size(void *pointer);

#endif
