#include "question.h"

#include "ids.h"
#include "ledger.h"

/* Turns of waiting: how long one takes depends on the processor, from 10 to 140 cycles. Some tenths of a second for
 * somebody who was not there yet, longer for who was there before and may be busy, some seconds for the answer. */
#define UNTIL_THERE (1u << 23)
#define UNTIL_HEARD (1u << 26)
#define UNTIL_ANSWERED (1u << 29)

#define MOST_PLACES 1024 /* each takes some milliseconds */

static bool nobody_hears;
static THREAD_LOCAL bool asking; /* a signal handler must not ask in between */

static uint32_t state_of(const struct ledger_question *question) { return __atomic_load_n(&question->state, __ATOMIC_ACQUIRE); }

static bool change(struct ledger_question *question, uint32_t from, uint32_t to) {
  return __atomic_compare_exchange_n(&question->state, &from, to, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

static unsigned patience(const struct ledger_question *question) { return question->tended ? UNTIL_HEARD : UNTIL_THERE; }

static bool take(struct ledger_question *question) {
  for (unsigned turn = 0, most = patience(question); turn < most; turn++) {
    if (change(question, QUESTION_NONE, QUESTION_TAKEN)) return true;
    __builtin_ia32_pause();
  }
  return false;
}

static bool is_answered(struct ledger_question *question) {
  for (unsigned turn = 0; turn < patience(question) && state_of(question) == QUESTION_ASKED; turn++) __builtin_ia32_pause();
  if (change(question, QUESTION_ASKED, QUESTION_NONE)) return false;
  for (unsigned turn = 0; turn < UNTIL_ANSWERED && state_of(question) == QUESTION_SEEN; turn++) __builtin_ia32_pause();
  return !change(question, QUESTION_SEEN, QUESTION_NONE);
}

static bool ask(struct ledger_question *question, uint32_t kind, uint64_t address, uintptr_t stack, struct answer *answer) {
  if ((question->unheard && !question->tended) || !take(question)) return false;
  question->kind = kind;
  question->pid = own_pid();
  question->tid = own_tid();
  question->address = address;
  question->thread_pointer = thread_pointer();
  question->stack_pointer = stack;
  question->answer = question->range_count = 0;
  __atomic_store_n(&question->state, QUESTION_ASKED, __ATOMIC_RELEASE);
  if (!is_answered(question)) {
    if (question->tended) nobody_hears = true;
    else question->unheard = 1; /* the processes that come after us in this ledger need not wait, too */
    return false;
  }
  *answer = (struct answer){question->start, question->end, question->answer, question->range_count};
  __atomic_store_n(&question->state, QUESTION_NONE, __ATOMIC_RELEASE);
  return answer->flags & ANSWER_KNOWN;
}

bool question_ask(uint32_t kind, uint64_t address, uintptr_t stack, struct answer *answer) {
  static unsigned places;
  if (!ledger_active() || nobody_hears || asking || in_vfork_child) return false;
  if (kind == QUESTION_WHERE && __atomic_fetch_add(&places, 1, __ATOMIC_RELAXED) >= MOST_PLACES) return false;
  asking = true;
  bool answered = ask(ledger_question(), kind, address, stack, answer);
  asking = false;
  return answered;
}
