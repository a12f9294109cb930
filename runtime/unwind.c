#include "unwind.h"

#include <string.h>

#include "frame_rules.h"
#include "ledger_format.h"
#include "modules.h"
#include "system.h"

extern void *__libc_stack_end;

/* What may be read of the stack that we walk. */
struct reach {
  uintptr_t low, high; /* known to be mapped */
  bool main_stack;
  bool (*copy)(uintptr_t, void *, size_t); /* asks each time instead; NULL: reads what is known to be there */
};

/* What is known to be mapped of this thread's own stack: asked for once, then only when it grew. */
static THREAD_LOCAL uintptr_t stack_low, stack_high;

static bool is_mapped(uintptr_t from, uintptr_t to) {
  unsigned char resident[256];
  while (from < to) {
    uintptr_t step = to - from < sizeof resident * 4096 ? to - from : sizeof resident * 4096;
    if (system_call(SYS_mincore, from, step, resident) != 0) return false;
    from += step;
  }
  return true;
}

/* A thread's stack ends below its thread pointer. Another stack of the program's may do so too,
 * but then something unmapped lies between. */
static void reach_of_thread(struct reach *reach, uintptr_t thread) {
  uintptr_t page = reach->low & ~(uintptr_t)4095, top = thread & ~(uintptr_t)4095;
  if (reach->low >= thread || thread - reach->low > (64u << 20)) return;
  bool known = stack_high == top && reach->low < top;
  if (!known) {
    if (!is_mapped(page, top)) return;
    stack_low = page;
    stack_high = top;
  } else if (page < stack_low) {
    if (!is_mapped(page, stack_low)) return;
    stack_low = page;
  }
  reach->high = thread;
}

static bool reachable(struct reach *reach, uintptr_t address) {
  if (address & 7 || address < reach->low) return false;
  if (address + 8 <= reach->high) return true;
  if (reach->main_stack || address - reach->high > (64u << 20)) return false;
  uintptr_t page = (address + 7) & ~(uintptr_t)4095;
  if (!is_mapped(page, page + 4096)) return false;
  reach->high = page + 4096;
  return true;
}

static bool load(struct reach *reach, uintptr_t address, uintptr_t *value) {
  if (reach->copy) return reach->copy(address, value, sizeof *value);
  if (!reachable(reach, address)) return false;
  memcpy(value, (const void *)address, sizeof *value);
  return true;
}

struct walk {
  struct reach reach;
  uintptr_t pc, sp, fp;
  bool exact; /* pc is the instruction itself, not a return address */
};

/* From a frame to its caller; false: no way on. `*context`: the ucontext that the kernel left, else 0. */
static bool step_up(struct walk *walk, uintptr_t *context) {
  uintptr_t sp = walk->sp, fp = walk->fp, look = walk->exact ? walk->pc : walk->pc - 1, cfa = 0, next_fp = fp, next_pc;
  const struct module *module = module_at(look);
  bool exact = walk->exact;
  walk->exact = false;
  *context = 0;
  if (module) {
    if (!module->unwind_index) return false;
    struct rule rule = frame_rule_at(module, look);
    if (rule.cfa == CFA_STOP) return false;
    if (rule.cfa == CFA_SIGNAL) { /* sp is at the ucontext that the kernel left */
      uintptr_t next_sp;
      if (!load(&walk->reach, sp + 168, &next_pc) || !load(&walk->reach, sp + 120, &next_fp) ||
          !load(&walk->reach, sp + 160, &next_sp))
        return false;
      if (next_sp < sp) walk->reach.low = next_sp; /* the handler ran on its own stack */
      if (next_sp < sp || next_sp - sp > (1u << 20))
        walk->reach = (struct reach){.low = next_sp, .high = next_sp, .copy = walk->reach.copy};
      *context = sp;
      cfa = next_sp;
      walk->exact = true;
    } else {
      if (rule.cfa == CFA_STACK) cfa = sp + (uintptr_t)(intptr_t)rule.cfa_offset;
      else cfa = fp + (uintptr_t)(intptr_t)rule.cfa_offset;
      if (rule.cfa == CFA_FRAME_DEREF && !load(&walk->reach, cfa, &cfa)) return false;
      if (cfa <= sp || !load(&walk->reach, cfa - 8, &next_pc)) return false;
      if (rule.frame == FRAME_AT_CFA && !load(&walk->reach, cfa + (uintptr_t)(intptr_t)rule.frame_offset, &next_fp)) return false;
      if (rule.frame == FRAME_AT_FRAME && !load(&walk->reach, fp + (uintptr_t)(intptr_t)rule.frame_offset, &next_fp)) return false;
    }
  } else if (exact && walk->reach.copy && !walk->reach.copy(walk->pc, &next_pc, 1)) {
    /* a call of something that is no code: it has only pushed its return address */
    if (!load(&walk->reach, sp, &next_pc)) return false;
    cfa = sp + 8;
  } else { /* generated code: follow its frame pointer if it keeps one */
    if (fp <= sp || fp - sp > (1u << 20) || !load(&walk->reach, fp, &next_fp) || !load(&walk->reach, fp + 8, &next_pc))
      return false;
    cfa = fp + 16;
    if (next_fp <= fp) return false;
  }
  walk->pc = next_pc;
  walk->sp = cfa;
  walk->fp = next_fp;
  return walk->pc >= 4096;
}

/* What was interrupted stands at its instruction; whoever reads a stack takes one off. */
static uintptr_t behind(const struct walk *walk) { return walk->exact ? walk->pc + 1 : walk->pc; }

size_t unwind_from(const struct unwind_start *from, uint64_t *frames, size_t most, bool *truncated, uintptr_t *context) {
  struct walk walk = {.reach = {.copy = from->copy}, .pc = from->pc, .sp = from->sp, .fp = from->fp, .exact = true};
  size_t count = 0;
  *truncated = false;
  *context = 0;
  frames[count++] = walk.pc;
  for (unsigned step = 0; step < 2 * STACK_FRAMES_MAX; step++) {
    uintptr_t here;
    bool on = step_up(&walk, &here);
    if (here && !*context) *context = here;
    if (!on) break;
    if (in_runtime(walk.pc)) continue;
    if (count == most) {
      *truncated = true;
      break;
    }
    frames[count++] = behind(&walk);
  }
  return count;
}

size_t unwind_stack(uintptr_t return_address, uint64_t *frames, size_t most, bool *truncated) {
  uintptr_t pc, sp, fp;
  __asm__ volatile("lea (%%rip), %0\n\tmov %%rsp, %1\n\tmov %%rbp, %2" : "=r"(pc), "=r"(sp), "=r"(fp));
  uintptr_t end = (uintptr_t)__libc_stack_end, thread = thread_pointer();
  struct reach reach = {.low = sp, .high = (sp & ~(uintptr_t)4095) + 4096};
  if (sp < end && end - sp < (1ull << 30) && !(thread > sp && thread < end)) {
    reach.main_stack = true;
    reach.high = end + 64; /* the argument count and vector lie above */
  } else {
    reach_of_thread(&reach, thread);
  }
  struct walk walk = {.reach = reach, .pc = pc, .sp = sp, .fp = fp, .exact = true};
  size_t count = 0;
  *truncated = false;
  frames[count++] = return_address;
  bool outside = false; /* reached the frame that called us */
  for (unsigned step = 0; step < 2 * STACK_FRAMES_MAX; step++) {
    uintptr_t context;
    if (!step_up(&walk, &context)) break;
    if (in_runtime(walk.pc)) continue;
    if (!outside) {
      outside = true;
      if (walk.pc == return_address) continue;
      /* The frame above our own is not the one that we were told of: the tables disagree. */
      count = 0;
    }
    if (count == most) {
      *truncated = true;
      break;
    }
    frames[count++] = behind(&walk);
  }
  return count;
}
