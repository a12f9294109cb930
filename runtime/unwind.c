#include "unwind.h"

#include <string.h>

#include "frame_rules.h"
#include "ledger_format.h"
#include "modules.h"
#include "thread_stack.h"

/* What may be read of the stack that we walk. */
struct reach {
  uintptr_t low, high; /* known to be mapped */
  bool by_frames;      /* of a stack that nothing is known of: what its frames prove is mapped, too */
  bool (*copy)(uintptr_t, void *, size_t); /* asks each time instead; NULL: reads what is known to be there */
};

/* A stack that the program made itself (a coroutine's, an alternate one). */
#define FARTHEST_BY_FRAMES ((uintptr_t)1 << 20)

static struct reach reach_from(uintptr_t sp) {
  struct reach reach = {.low = sp, .high = (sp & ~(uintptr_t)4095) + 4096};
  uintptr_t low, high;
  if (is_main_stack(sp)) reach.high = main_stack_end() + 64; /* the argument count and vector lie above */
  else if (thread_stack_of(sp, &low, &high)) reach.high = high;
  else reach.by_frames = true;
  return reach;
}

/* A byte that is known to lie on such a stack proves its page. A function's frame ends below its return address; that
 * itself may lie beyond the stack's end, where the frame was not made by a call. */
static void extend_to(struct reach *reach, uintptr_t byte) {
  uintptr_t end = (byte | 4095) + 1;
  if (reach->by_frames && byte - reach->low < FARTHEST_BY_FRAMES && end > reach->high) reach->high = end;
}

static bool reachable(const struct reach *reach, uintptr_t address) {
  return !(address & 7) && address >= reach->low && address + 8 <= reach->high;
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
      extend_to(&walk->reach, sp + 168);
      if (!load(&walk->reach, sp + 168, &next_pc) || !load(&walk->reach, sp + 120, &next_fp) ||
          !load(&walk->reach, sp + 160, &next_sp))
        return false;
      bool (*copy)(uintptr_t, void *, size_t) = walk->reach.copy;
      walk->reach = reach_from(next_sp); /* the handler may have run on a stack of its own */
      walk->reach.copy = copy;
      *context = sp;
      cfa = next_sp;
      walk->exact = true;
    } else {
      if (rule.cfa == CFA_STACK) cfa = sp + (uintptr_t)(intptr_t)rule.cfa_offset;
      else cfa = fp + (uintptr_t)(intptr_t)rule.cfa_offset;
      if (rule.cfa == CFA_FRAME_DEREF && !load(&walk->reach, cfa, &cfa)) return false;
      if (cfa <= sp) return false;
      extend_to(&walk->reach, cfa - 9);
      if (!load(&walk->reach, cfa - 8, &next_pc)) return false;
      if (rule.frame == FRAME_AT_CFA && !load(&walk->reach, cfa + (uintptr_t)(intptr_t)rule.frame_offset, &next_fp)) return false;
      if (rule.frame == FRAME_AT_FRAME && !load(&walk->reach, fp + (uintptr_t)(intptr_t)rule.frame_offset, &next_fp)) return false;
    }
  } else if (exact && walk->reach.copy && !walk->reach.copy(walk->pc, &next_pc, 1)) {
    /* a call of something that is no code: it has only pushed its return address */
    if (!load(&walk->reach, sp, &next_pc)) return false;
    cfa = sp + 8;
  } else { /* generated code: follow its frame pointer if it keeps one */
    if (walk->reach.by_frames && !walk->reach.copy) return false;
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
  struct walk walk = {.reach = reach_from(sp), .pc = pc, .sp = sp, .fp = fp, .exact = true};
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
