#include "closing.h"

#include "careful.h"
#include "crash/crash.h"
#include "process_worlds.h"
#include "reserve.h"

void leave_books_closed(void) {
  runtime_off = true;
  process_worlds_careful();
  ledger_gap(GAP_SHADOW_REFUSED, 0, "");
  __atomic_fetch_or(&ledger->flags, LEDGER_UNOBSERVED, __ATOMIC_RELAXED);
}

void make_books_small(size_t most) {
  if (runtime_off || threads_were_made() || reserve_in_use() <= most) return;
  process_worlds_careful();
  shadow_move_to_table();
  if (reserve_in_use() <= most) return;
  leave_books_closed();
  reserve_drop();
}
