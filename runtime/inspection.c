/* Stands still at the program's end, so that the observer can read its heap from outside. */
#include "inspection.h"

#include <string.h>

#include "ids.h"
#include "question.h"

bool inspection_due;

static bool wanted, after_finding;
static int seen_pid; /* whoever was looked at once is not looked at again */

void inspection_start(const char *wish) {
  if (!wish) return;
  after_finding = strcmp(wish, "always") != 0;
  wanted = true;
}

COLD void inspection_wait(void) {
  struct answer answer;
  if (likely(!wanted) || (after_finding && !inspection_due)) return;
  /* a child made by vfork ends in its parent's memory */
  if (in_vfork_child || __atomic_exchange_n(&seen_pid, own_pid(), __ATOMIC_RELAXED) == own_pid()) return;
  question_ask(QUESTION_AT_EXIT, 0, (uintptr_t)__builtin_frame_address(0), &answer);
}
