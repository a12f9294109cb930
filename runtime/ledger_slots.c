/* Each thread counts its births by itself: in the file, or, where there are more threads than that has room for, in
 * memory of ours, to be added up at the end. */
#include "ids.h"
#include "ledger.h"
#include "reserve.h"

#define OWN_SLOTS (LEDGER_SLOTS - 1) /* the last one is shared by the threads that found none */

static struct ledger_slot early_slot; /* before the ledger is open */
THREAD_LOCAL struct ledger_slot *ledger_slot;

/* By slot the control block of its thread. A thread with the same one follows a thread that is gone. */
static uintptr_t owners[OWN_SLOTS];

struct private_slot {
  struct ledger_slot counts;
  uintptr_t owner;
  struct private_slot *next;
};
static struct private_slot *private_slots;

static struct ledger_slot *slots(void) { return (struct ledger_slot *)((char *)ledger + LEDGER_HEADER_SIZE); }

static struct ledger_slot *in_file(int pid, int tid, uintptr_t thread) {
  for (unsigned i = 0; i < OWN_SLOTS; i++) {
    struct ledger_slot *slot = &slots()[i];
    if (owners[i] != thread || slot->pid != pid) continue;
    slot->tid = tid;
    return slot;
  }
  for (unsigned i = 0; i < OWN_SLOTS; i++) {
    struct ledger_slot *slot = &slots()[i];
    int nobody = 0;
    if (!__atomic_compare_exchange_n(&slot->tid, &nobody, tid, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) continue;
    slot->pid = pid;
    owners[i] = thread;
    return slot;
  }
  return NULL;
}

static struct ledger_slot *in_memory(uintptr_t thread) {
  for (struct private_slot *slot = __atomic_load_n(&private_slots, __ATOMIC_ACQUIRE); slot; slot = slot->next)
    if (slot->owner == thread) return &slot->counts;
  struct private_slot *slot = reserve_take(sizeof *slot);
  if (!slot) return NULL;
  slot->owner = thread;
  slot->next = __atomic_load_n(&private_slots, __ATOMIC_RELAXED);
  while (!__atomic_compare_exchange_n(&private_slots, &slot->next, slot, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED)) {}
  return &slot->counts;
}

struct ledger_slot *ledger_claim_slot(void) {
  if (!ledger_active()) return &early_slot;
  uintptr_t thread = thread_pointer();
  struct ledger_slot *slot = in_file(own_pid(), own_tid(), thread);
  if (!slot) slot = in_memory(thread);
  if (!slot) {
    slots()[OWN_SLOTS].pid = own_pid(); /* whose counts these are */
    return &slots()[OWN_SLOTS];
  }
  slot->stack_high = (uint64_t)(uintptr_t)__builtin_frame_address(0);
  return ledger_slot = slot;
}

void ledger_count_birth(uint32_t world) {
  struct ledger_slot *slot = ledger_slot ? ledger_slot : ledger_claim_slot();
  if (slot == ledger_slot) slot->allocations[world]++;
  else __atomic_fetch_add(&slot->allocations[world], 1, __ATOMIC_RELAXED);
}

void ledger_settle(void) {
  struct private_slot *slot = __atomic_load_n(&private_slots, __ATOMIC_ACQUIRE);
  if (!slot || !ledger_active()) return;
  struct ledger_slot *shared = &slots()[OWN_SLOTS];
  shared->pid = own_pid();
  for (; slot; slot = slot->next)
    for (unsigned world = 0; world < LEDGER_WORLDS; world++) {
      uint64_t count = __atomic_exchange_n(&slot->counts.allocations[world], 0, __ATOMIC_RELAXED);
      if (count) __atomic_fetch_add(&shared->allocations[world], count, __ATOMIC_RELAXED);
    }
}

void ledger_slots_forked_child(void) {
  ledger_slot = NULL;
  private_slots = NULL;
}
