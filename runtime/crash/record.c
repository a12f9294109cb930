/* What is written of a crash, into the ledger. Nothing here allocates, waits, or trusts a pointer. */
#include <string.h>

#include "../careful.h"
#include "../ends.h"
#include "../excluded.h"
#include "../ledger.h"
#include "../module_records.h"
#include "../sites.h"
#include "../unwind.h"
#include "crash.h"
#include "memory.h"
#include "story.h"

#define MOST_LEVELS 4
#define MOST_BLOCKS 64
#define MOST_RANGES 96
#define CODE_BYTES 16
#define STACK_BYTES 4096
#define BLOCK_BYTES 512          /* of a block that something points into */
#define AROUND 64                /* before and after: the allocator's own words */
#define FAR ((uintptr_t)64 << 20)  /* how far back the block of the fault may begin */
#define NEAR ((uintptr_t)1 << 20)  /* that of a register */
#define NEXT_TO ((uintptr_t)64 << 10) /* that of a word of the stack */
#define KERNEL_CONTEXT 304       /* of the kernel's struct ucontext; the siginfo follows it */

struct range {
  uintptr_t start, end;
};

static const struct crash *crash;
static ucontext_t contexts[MOST_LEVELS];
static siginfo_t infos[MOST_LEVELS];
static uintptr_t earlier; /* the kernel's frame of the handler in which the signal was raised */
static unsigned levels;
static uint64_t frames[STACK_FRAMES_MAX];
static uintptr_t seen_blocks[MOST_BLOCKS];
static unsigned seen;
static struct range ranges[MOST_RANGES];
static unsigned range_count;

static uintptr_t reg(unsigned level, int which) { return (uintptr_t)contexts[level].uc_mcontext.gregs[which]; }

static void *begin(uint16_t type, size_t size) {
  struct record_header *record = ledger_begin(type, size);
  if (!record) return NULL;
  record->pid = crash->pid; /* asked anew: a vfork's child has its parent's notion of it */
  record->tid = crash->tid;
  return record;
}

static bool has_address(int signal, int code) {
  return code > 0 && code != SI_KERNEL && (signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGFPE || signal == SIGTRAP);
}

/* ---- the signal, its registers, its stack ---- */

static void write_signal(void) {
  unsigned level = levels;
  const greg_t *of = contexts[level].uc_mcontext.gregs;
  const siginfo_t *info = &infos[level];
  struct unwind_start from = {.pc = reg(level, REG_RIP), .sp = reg(level, REG_RSP), .fp = reg(level, REG_RBP), .copy = memory_copy};
  bool truncated = false;
  uintptr_t context = 0;
  size_t count = unwind_from(&from, frames, STACK_FRAMES_MAX, &truncated, &context);
  modules_that_matter(frames, count);
  uint8_t code[CODE_BYTES];
  uint32_t code_length = CODE_BYTES;
  while (code_length && !memory_copy(from.pc, code, code_length)) code_length--;
  struct record_crash *record = begin(RECORD_CRASH, sizeof *record + count * sizeof *frames + code_length);
  if (record) {
    record->signal = info->si_signo;
    record->code = info->si_code;
    record->address = has_address(info->si_signo, info->si_code) ? (uintptr_t)info->si_addr : 0;
    record->level = level;
    record->sender = info->si_code <= 0 ? info->si_pid : 0;
    record->trap = (uint64_t)of[REG_TRAPNO];
    record->error = (uint64_t)of[REG_ERR];
    record->r8 = (uint64_t)of[REG_R8], record->r9 = (uint64_t)of[REG_R9], record->r10 = (uint64_t)of[REG_R10];
    record->r11 = (uint64_t)of[REG_R11], record->r12 = (uint64_t)of[REG_R12], record->r13 = (uint64_t)of[REG_R13];
    record->r14 = (uint64_t)of[REG_R14], record->r15 = (uint64_t)of[REG_R15], record->rdi = (uint64_t)of[REG_RDI];
    record->rsi = (uint64_t)of[REG_RSI], record->rbp = (uint64_t)of[REG_RBP], record->rbx = (uint64_t)of[REG_RBX];
    record->rdx = (uint64_t)of[REG_RDX], record->rax = (uint64_t)of[REG_RAX], record->rcx = (uint64_t)of[REG_RCX];
    record->rsp = (uint64_t)of[REG_RSP], record->rip = (uint64_t)of[REG_RIP], record->flags = (uint64_t)of[REG_EFL];
    record->frame_count = (uint32_t)count;
    record->truncated = truncated;
    record->code_length = code_length;
    memcpy(record + 1, frames, count * sizeof *frames);
    memcpy((char *)(record + 1) + count * sizeof *frames, code, code_length);
    ledger_commit(record);
  }
  earlier = context;
}

/* The kernel leaves it out where the handler did not ask for it. */
static bool is_filled_in(const siginfo_t *info, const ucontext_t *context) {
  static const uint64_t fatal = 1ull << SIGSEGV | 1ull << SIGBUS | 1ull << SIGILL | 1ull << SIGFPE | 1ull << SIGABRT |
                                1ull << SIGTRAP | 1ull << SIGSYS;
  if (info->si_signo < 1 || info->si_signo > 31 || !(fatal >> info->si_signo & 1) || info->si_errno != 0) return false;
  bool memory = info->si_signo == SIGSEGV && (info->si_code == SEGV_MAPERR || info->si_code == SEGV_ACCERR);
  return !memory || (uintptr_t)info->si_addr == (uintptr_t)context->uc_mcontext.gregs[REG_CR2];
}

#define TRAP_ILLEGAL 6
#define TRAP_PROTECTION 13
#define TRAP_PAGE 14
#define PAGE_PRESENT 1

/* Then the processor's own words must do. */
static bool from_trap(siginfo_t *info, const ucontext_t *context) {
  const greg_t *of = context->uc_mcontext.gregs;
  memset(info, 0, sizeof *info);
  switch (of[REG_TRAPNO]) {
    case TRAP_PAGE:
      info->si_signo = SIGSEGV;
      info->si_code = of[REG_ERR] & PAGE_PRESENT ? SEGV_ACCERR : SEGV_MAPERR;
      info->si_addr = (void *)of[REG_CR2];
      return true;
    case TRAP_PROTECTION:
      info->si_signo = SIGSEGV;
      info->si_code = SI_KERNEL;
      return true;
    case TRAP_ILLEGAL:
      info->si_signo = SIGILL;
      info->si_code = ILL_ILLOPN;
      info->si_addr = (void *)of[REG_RIP];
      return true;
    default: return false;
  }
}

/* Was the signal raised in a handler of the program's? Then that one's signal is where it began. */
static void look_earlier(void) {
  if (!earlier || levels + 1 >= MOST_LEVELS) {
    earlier = 0;
    return;
  }
  uintptr_t from = earlier;
  earlier = 0;
  ucontext_t *context = &contexts[levels + 1];
  siginfo_t *info = &infos[levels + 1];
  memset(context, 0, sizeof *context);
  if (!memory_copy(from, context, KERNEL_CONTEXT) || !memory_copy(from + KERNEL_CONTEXT, info, sizeof *info)) return;
  if (!is_filled_in(info, context) && !from_trap(info, context)) return;
  levels++;
  earlier = from;
}

static void begin_with_signal(void) {
  levels = 0;
  memcpy(&contexts[0], crash->context, KERNEL_CONTEXT); /* the rest may lie beyond the stack */
  infos[0] = *crash->info;
  write_signal();
}

static void go_earlier(void) {
  look_earlier();
  if (earlier) write_signal();
}

/* ---- blocks ---- */

static void remember_range(uintptr_t start, uintptr_t end) {
  if (start >= end || end > ADDRESS_LIMIT) return;
  start &= ~(uintptr_t)7;
  for (unsigned i = 0; i < range_count; i++) {
    if (start > ranges[i].end || end < ranges[i].start) continue;
    if (start < ranges[i].start) ranges[i].start = start;
    if (end > ranges[i].end) ranges[i].end = end;
    return;
  }
  if (range_count < MOST_RANGES) ranges[range_count++] = (struct range){start, end};
}

static void write_block(const struct block *block, uintptr_t pointer) {
  for (unsigned i = 0; i < seen; i++)
    if (seen_blocks[i] == block->start) return;
  if (seen == MOST_BLOCKS) return;
  seen_blocks[seen++] = block->start;
  uint32_t site = word_site(block->word), state = word_state(block->word);
  struct record_crash_block *record = begin(RECORD_CRASH_BLOCK, sizeof *record);
  if (!record) return;
  record->start = block->start;
  record->size = block->size;
  record->alignment = block->alignment == ALIGNMENT_UNKNOWN ? 0 : block->alignment;
  record->state = state == STATE_LIVE ? CRASH_BLOCK_LIVE : state == STATE_FREED ? CRASH_BLOCK_FREED : CRASH_BLOCK_PASSING;
  record->world = word_world(block->word);
  record->birth_stack = site_stack(site);
  record->birth_exact = site_first_block(site) == block->start;
  record->released_at = state == STATE_FREED ? end_released_at(block) : 0;
  record->pointer = pointer;
  ledger_commit(record);
}

static void tell_of(uintptr_t pointer, uintptr_t reach, bool memory) {
  struct block block;
  if (shadow_story(pointer, reach, &block)) {
    write_block(&block, pointer);
    uint64_t size = block.size == SIZE_UNKNOWN ? BLOCK_BYTES : block.size;
    if (memory) remember_range(block.start - AROUND, block.start + (size < BLOCK_BYTES ? size : BLOCK_BYTES) + AROUND);
  }
  if (memory && pointer >= 4096) remember_range(pointer - AROUND, pointer + AROUND);
}

static const int pointers[] = {REG_RDI, REG_RSI, REG_RAX, REG_RBX, REG_RCX, REG_RDX, REG_R8, REG_R9,
                               REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15, REG_RBP};

static void tell_of_fault(void) {
  for (unsigned level = 0; level <= levels; level++)
    if (has_address(infos[level].si_signo, infos[level].si_code)) tell_of((uintptr_t)infos[level].si_addr, FAR, true);
}

static void tell_of_registers(void) {
  for (unsigned level = 0; level <= levels; level++)
    for (unsigned i = 0; i < sizeof pointers / sizeof *pointers; i++) tell_of(reg(level, pointers[i]), NEAR, true);
}

static void tell_of_stack(void) {
  static uintptr_t words[64];
  for (unsigned level = 0; level <= levels; level++) {
    uintptr_t top = reg(level, REG_RSP) & ~(uintptr_t)7;
    for (uintptr_t at = top; at < top + STACK_BYTES; at += sizeof words) {
      if (!memory_copy(at, words, sizeof words)) continue; /* an overflow's first page may be the guard's */
      for (unsigned i = 0; i < sizeof words / sizeof *words; i++) tell_of(words[i], NEXT_TO, false);
    }
  }
}

/* ---- memory ---- */

static bool is_stack(uintptr_t address) {
  for (unsigned level = 0; level <= levels; level++)
    if (address - (reg(level, REG_RSP) - 128) < STACK_BYTES + 128) return true;
  return false;
}

static void write_piece(uintptr_t start, size_t length) {
  static uint8_t bytes[4096];
  if (excluded_from_dumps(start, length, !is_stack(start))) return;
  if (!memory_copy(start, bytes, length)) return;
  struct record_crash_memory *record = begin(RECORD_CRASH_MEMORY, sizeof *record + length);
  if (!record) return;
  record->start = start;
  record->byte_count = (uint32_t)length;
  memcpy(record + 1, bytes, length);
  ledger_commit(record);
}

static void write_memory(void) {
  for (unsigned level = 0; level <= levels; level++) {
    remember_range(reg(level, REG_RSP) - 128, reg(level, REG_RSP) + STACK_BYTES);
    remember_range(reg(level, REG_RIP) - AROUND, reg(level, REG_RIP) + AROUND);
  }
  for (unsigned i = 0; i < range_count; i++)
    for (uintptr_t at = ranges[i].start; at < ranges[i].end;) {
      uintptr_t end = (at | 4095) + 1;
      if (end > ranges[i].end) end = ranges[i].end;
      write_piece(at, end - at);
      at = end;
    }
}

static void write_end(void) {
  struct record_crash_end *record = begin(RECORD_CRASH_END, sizeof *record);
  if (!record) return;
  record->signal = (uint32_t)crash->signal;
  ledger_commit(record);
}

void crash_record(const struct crash *what, void (*attempt)(void (*)(void))) {
  crash = what;
  seen = range_count = 0;
  memory_learn((uintptr_t)what->context->uc_mcontext.gregs[REG_RSP]);
  attempt(begin_with_signal);
  for (unsigned i = 1; earlier && i < MOST_LEVELS; i++) attempt(go_earlier);
  if (!runtime_off) {
    attempt(tell_of_fault);
    attempt(tell_of_registers);
    attempt(tell_of_stack);
  }
  attempt(write_memory);
  attempt(write_end);
}
