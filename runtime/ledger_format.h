/* The ledger's layout: what the runtime writes and `src/ledger/` reads.
 *
 * A ledger is one file of a process, mapped shared, so that what was written
 * survives kill -9. A process forked without exec goes on in its parent's
 * ledger: every record carries its process id.
 *
 *   0            +--------------------------------------+
 *                | struct ledger_header (4096 bytes)    |
 *   3584         | struct ledger_question               |  asked of the process that started the program
 *   4096         +--------------------------------------+
 *                | struct ledger_slot [LEDGER_SLOTS]    |  allocation counters
 *                | struct ledger_range [LEDGER_RANGES]  |  its answer, where it has many parts
 *   records_at   +--------------------------------------+
 *                | record | record | record | ...       |  8-byte aligned
 *   records_at + cursor                                 |
 *                | not yet written, all zero            |
 *   allocated    +--------------------------------------+
 *
 *   record:  0  u16 magic = 0xCF1D   written last: a record without it was cut off
 *            2  u16 type
 *            4  u32 length in bytes, header included, a multiple of 8
 *            8  i32 process id
 *           12  i32 thread id
 *           16  payload of the type, then its trailing array or text
 *
 * All integers are little-endian. Texts are not terminated; their length is given.
 *
 * The observed process makes the file and never asks the kernel for more: a sandbox may forbid it. Who started the
 * program sees to it that the file grows before it is full, and answers questions about the process.
 */
#ifndef CROSSFREE_LEDGER_FORMAT_H
#define CROSSFREE_LEDGER_FORMAT_H

#include <stdint.h>

#define LEDGER_MAGIC 0x52454744454C4643ull /* "CFLEDGER" */
#define LEDGER_VERSION 2
#define LEDGER_HEADER_SIZE 4096
#define LEDGER_SLOTS 128
#define LEDGER_WORLDS 64
#define LEDGER_RANGES 2048
#define LEDGER_QUESTION_AT 3584
#define LEDGER_COMMAND_MAX 3072
#define RECORD_MAGIC 0xCF1D

struct ledger_header {
  uint64_t magic;
  uint32_t version;
  uint32_t records_at;      /* file offset of the first record */
  int32_t pid;              /* the process that made this ledger */
  int32_t parent_pid;
  uint64_t started_ns;      /* CLOCK_MONOTONIC */
  uint64_t allocated;       /* bytes of the file that really exist */
  uint64_t most;            /* bytes that the process has mapped: it need not grow beyond */
  uint64_t cursor;          /* bytes of records reserved so far */
  uint64_t dropped;         /* records lost because the file could not grow */
  uint64_t untracked;       /* blocks that found no room in the shadow */
  uint64_t unknown_releases;/* releases of blocks whose birth was not seen; passed through */
  uint32_t flags;           /* enum ledger_flag */
  int32_t exit_code;        /* valid with LEDGER_EXITED */
  uint32_t command_length;  /* bytes of `command`: arguments joined by NUL */
  uint32_t reserved;
  char command[LEDGER_COMMAND_MAX];
};

enum ledger_flag {
  LEDGER_READY = 1,          /* the runtime's start-up ran to its end */
  LEDGER_EXITED = 2,         /* exit_code holds what the process gave to exit or _exit */
  LEDGER_STOPPED = 4,        /* ended by us: --on-finding stop */
  LEDGER_SITES_FULL = 8,     /* later call sites share stacks */
  LEDGER_NO_DECODER = 16,    /* built without the x86 decoder */
  LEDGER_WORLDS_FULL = 32,   /* too many modules: the last ones share a world that matches any */
  LEDGER_UNOBSERVED = 64,    /* a memory limit leaves no room for our books: nothing is seen, or no more */
};

enum question_state { QUESTION_NONE = 0, QUESTION_TAKEN = 1, QUESTION_ASKED = 2, QUESTION_SEEN = 3, QUESTION_ANSWERED = 4 };

enum question_kind {
  QUESTION_WHERE = 1,    /* which mapping holds `address`? */
  QUESTION_AT_EXIT = 2,  /* the process stands still: look at its heap */
  QUESTION_RANGES = 3,   /* what may be read of its memory? in ranges */
  QUESTION_AT_CRASH = 4, /* a fatal signal, and what is written of it is there: look at its heap */
  QUESTION_KILL = 5,     /* send it the signal `address`, whose default is due */
};

enum answer_flag {
  ANSWER_KNOWN = 1,      /* the memory map could be read */
  ANSWER_MAPPED = 2,     /* the address lies in a mapping: start, end */
  ANSWER_ACCESSIBLE = 4, /* in some way */
  ANSWER_STACK = 8,      /* a thread's stack, or the first one's */
};

/* One at a time; processes that share the ledger take turns. `tended` is set by who started the program. */
struct ledger_question {
  uint32_t state;          /* enum question_state */
  uint32_t kind;           /* enum question_kind */
  int32_t pid, tid;
  uint64_t address;
  uint64_t thread_pointer, stack_pointer;
  uint64_t start, end;     /* answer: the mapping */
  uint32_t answer;         /* enum answer_flag */
  uint32_t range_count;
  uint32_t tended;
  uint32_t unheard;        /* a process asked in vain: nobody tends this ledger, or not yet */
};

struct ledger_range {
  uint64_t start, end;
};

/* One per thread, reused when its thread is gone; the counts only grow. */
struct ledger_slot {
  int32_t tid;
  int32_t pid;
  uint64_t stack_high;                   /* an address in the thread's stack */
  uint64_t allocations[LEDGER_WORLDS];   /* by world id */
};

enum record_type {
  RECORD_MODULE = 1,
  RECORD_MODULE_GONE = 2,
  RECORD_WORLD = 3,
  RECORD_STACK = 4,
  RECORD_FINDING = 5,
  RECORD_PAIR = 6,
  RECORD_GAP = 7,
  RECORD_PROVIDER = 8,
  RECORD_MESSAGE = 9,
  RECORD_FORK = 10,
  RECORD_EXEC = 11,
  RECORD_EXIT = 12,
  RECORD_RELEASE = 13,
  RECORD_RELEASE_BIRTH = 14,
  RECORD_CAUSE = 16,
  RECORD_MODULE_BACK = 18,
  RECORD_CRASH = 32,
  RECORD_CRASH_BLOCK = 33,
  RECORD_CRASH_MEMORY = 34,
  RECORD_CRASH_END = 36,
  RECORD_USER = 40,
};

struct record_header {
  uint16_t magic;
  uint16_t type;
  uint32_t length;
  int32_t pid;
  int32_t tid;
};

/* A module was mapped (or was there from the start). Trailing: path, then build id. */
struct record_module {
  struct record_header header;
  uint32_t id;               /* what returns to its place has its id again */
  uint32_t flags;            /* enum module_flag */
  uint64_t base;             /* load bias: address = base + the ELF's virtual address */
  uint64_t start, end;       /* the addresses that its segments span */
  uint32_t path_length;
  uint32_t build_id_length;
};

enum module_flag {
  MODULE_EXECUTABLE = 1,      /* the program itself */
  MODULE_RUST = 2,            /* holds code that rustc made */
  MODULE_SHIMS_HOOKED = 4,    /* its Rust allocation shims are observed */
  MODULE_SHIMS_PARTIAL = 8,   /* LTO took some of them away: call sites are told apart later */
  MODULE_STRIPPED = 16,       /* no symbol table, so no shims to see */
  MODULE_SHIMS_GUESSED = 32,  /* shims found by their shape in a stripped module */
  MODULE_RUNTIME = 64,        /* crossfree's own library */
  MODULE_VDSO = 128,
};

/* A module went (RECORD_MODULE_GONE), or it is back where it was (RECORD_MODULE_BACK). What is mapped where another one was
 * takes its place, told or not. */
struct record_module_move {
  struct record_header header;
  uint32_t id;
  uint32_t reserved;
};

enum world_kind {
  WORLD_KIND_C = 1,
  WORLD_KIND_CXX = 2,
  WORLD_KIND_CXX_ARRAY = 3,
  WORLD_KIND_RUST = 4,
  WORLD_KIND_UNDETERMINED = 5, /* malloc or free called by a Rust module without whole shims */
  WORLD_KIND_ANY = 6,          /* matches every world */
};

struct record_world {
  struct record_header header;
  uint32_t id;
  uint32_t kind;             /* enum world_kind */
  uint32_t module;           /* the module that defines it; 0 for the process-wide ones */
  uint32_t flags;            /* enum world_flag */
};

enum world_flag {
  WORLD_PRIVATE = 1,         /* a module's own operator new/delete */
  WORLD_GUESSED = 2,         /* rests on shims found by shape: certainty `possible` */
};

/* A call stack, innermost first: return addresses, the runtime's own frames left out. */
struct record_stack {
  struct record_header header;
  uint32_t id;               /* what blocks and findings refer to; 0 is never used */
  uint32_t function;         /* index in the list of intercepted functions */
  uint64_t block;            /* the first block born here; the later ones share this stack */
  uint32_t frame_count;
  uint32_t truncated;        /* 1: there were more frames */
};                           /* trailing: u64 frames[frame_count] */

enum finding_code {
  FINDING_CROSS_FREE = 1,
  FINDING_DOUBLE_FREE = 2,
  FINDING_INVALID_FREE = 3,
  FINDING_LAYOUT_MISMATCH = 4,
  FINDING_TWO_OWNERS = 11,
};

enum finding_act {
  ACT_PERFORMED = 1,   /* the wrong call went through as it was */
  ACT_RETURNED = 2,    /* the block went to its true owner, and that is what the call did too */
  ACT_REDIRECTED = 3,  /* the block went to its true owner; the call would have done something else */
  ACT_PREVENTED = 4,   /* nothing was released */
  ACT_STOPPED = 5,     /* the process was ended before the act */
};

enum pointer_where { WHERE_NONE = 0, WHERE_INTERIOR = 1, WHERE_STACK = 2, WHERE_STATIC = 3, WHERE_MAPPED = 4, WHERE_UNMAPPED = 5, WHERE_UNKNOWN = 6 };

/* One wrong act; the same act at the same place counts up in place. */
struct record_finding {
  struct record_header header;
  uint32_t code;             /* enum finding_code */
  uint32_t act;              /* enum finding_act */
  uint64_t count;
  uint64_t pointer;          /* what was handed to the release */
  uint64_t block;            /* start of the block; 0 when there is none */
  uint64_t size;             /* the block's size as requested; UINT64_MAX: not known */
  uint64_t alignment;        /* as requested; 0: the allocator's default */
  uint64_t given_size;       /* size that the release stated; UINT64_MAX: none */
  uint64_t given_alignment;  /* alignment that the release stated; 0: none */
  uint32_t birth_world, release_world;
  uint32_t birth_stack;      /* record_stack id; 0: not known */
  uint32_t death_stack;
  uint32_t birth_exact;      /* 1: that stack is this very block's; 0: a block of the same call site */
  uint32_t function;         /* the releasing (for two-owners: allocating) function */
  uint32_t where;            /* enum pointer_where */
  uint32_t where_module;     /* for static: module id, else 0 */
  uint64_t released_at;      /* double free: the first release's return address; 0: not kept */
  uint64_t other_block;      /* two-owners: the live block's start */
  uint64_t other_size;
  uint32_t other_stack;      /* two-owners: the live block's birth */
  uint32_t same_allocator;   /* 1: both worlds sit on one allocator */
  uint32_t doubt;            /* 1: blocks of its worlds may come and go unseen: certainty `possible` */
  uint32_t reserved;
};

/* A wrong release that reaches into memory that is owned twice. Belongs to the last two-owners finding of
 * its thread; of several, the latest release stands first. */
struct record_cause {
  struct record_header header;
  uint32_t stack;            /* death_stack of the finding that this release counts for */
  uint32_t reserved;
  uint64_t pointer;          /* what was handed to the release */
  uint64_t block, size;      /* the block and its size at birth; 0, UINT64_MAX: not known */
  uint64_t given_size;       /* size that the release stated; UINT64_MAX: none */
};

/* Two call sites met, at least one of them in a module whose sites are told
 * apart after the run. Counts up in place. */
struct record_pair {
  struct record_header header;
  uint64_t count;
  uint64_t block, size;      /* the first such block */
  uint32_t birth_world, release_world;
  uint32_t birth_stack, death_stack;
  uint32_t function;         /* the releasing function */
  uint32_t birth_exact;
};

/* A place that gives blocks back, written when it was asked for. Counts up in place. */
struct record_release {
  struct record_header header;
  uint64_t site;             /* the same in every run: a hash of the stack's modules and offsets */
  uint64_t count;            /* releases, those left out included */
  uint64_t bytes;            /* of the blocks whose size is known */
  uint32_t world;
  uint32_t function;         /* the releasing function */
  uint32_t stack;            /* record_stack id; 0: not kept */
  uint32_t left_out;         /* 1: its releases did not happen */
};

/* Where blocks were born that are released at a site. Counts up in place. */
struct record_release_birth {
  struct record_header header;
  uint64_t site;
  uint64_t count;
  uint64_t block, size;      /* the first such block */
  uint32_t world;
  uint32_t birth_stack;      /* record_stack id; 0: not known */
  uint32_t birth_exact;
  uint32_t reserved;
};

enum gap_reason {
  GAP_SHIMS_PARTIAL = 1,       /* LTO removed some Rust shims */
  GAP_STRIPPED = 2,            /* Rust module without symbols */
  GAP_NOT_HOOKED = 3,          /* functions found but their code could not be redirected */
  GAP_OWN_ALLOCATOR = 4,       /* defines allocation functions that are not observed */
  GAP_DEEPBIND = 5,            /* loaded with RTLD_DEEPBIND: its calls bypass us */
  GAP_NAMESPACE = 6,           /* loaded by dlmopen into another namespace */
  GAP_WORLDS_FULL = 7,
  GAP_LEDGER_FULL = 8,
  GAP_SHADOW_REFUSED = 9,
  GAP_NO_LOADER_EVENTS = 10,   /* later dlopens go unnoticed */
  GAP_NOT_ARRANGED = 11,       /* a world could not be put on another allocator; the text: world, tab, why */
  GAP_OTHER_ENTRIES = 16,      /* the allocator has, or may have, entries that are not observed; the text: which */
};

struct record_gap {
  struct record_header header;
  uint32_t reason;           /* enum gap_reason */
  uint32_t module;           /* 0: none */
  uint32_t detail_length;    /* trailing text, e.g. the functions concerned */
  uint32_t reserved;
};

/* Which module answers a family of functions. */
struct record_provider {
  struct record_header header;
  uint32_t world;            /* id */
  uint32_t module;
  uint32_t allocator;        /* enum known_allocator */
  uint32_t reserved;
};

enum known_allocator { ALLOCATOR_OTHER = 0, ALLOCATOR_GLIBC = 1, ALLOCATOR_JEMALLOC = 2, ALLOCATOR_MIMALLOC = 3, ALLOCATOR_TCMALLOC = 4, ALLOCATOR_SCUDO = 5 };

/* What the C library said before it aborted. */
struct record_message {
  struct record_header header;
  uint32_t text_length;
  uint32_t reserved;
};

/* A process was forked and goes on in this ledger; header.pid is the child. */
struct record_fork {
  struct record_header header;
  int32_t parent_pid;
  int32_t reserved;
};

/* A forked process ended by exit or _exit (the ledger's own process says so in the header). */
struct record_exit {
  struct record_header header;
  int32_t code;
  int32_t reserved;
};

/* The process is about to become another program; header.pid says which process. */
struct record_exec {
  struct record_header header;
  uint32_t path_length;
  uint32_t preserved;        /* 1: the new program's environment still asks for the runtime */
};

/* The process has become another user; what it starts from now on writes ledgers that are that user's. */
struct record_user {
  struct record_header header;
  uint32_t user;
  uint32_t reserved;
};

/* A fatal signal whose default is about to take effect. Further ones before RECORD_CRASH_END, with `level`
 * 1 and up: the faults in whose handlers the signal was raised, the innermost first.
 * Trailing: u64 frames[frame_count], the instruction first, then return addresses; then the instruction's bytes. */
struct record_crash {
  struct record_header header;
  int32_t signal;
  int32_t code;              /* si_code */
  uint64_t address;          /* si_addr; where `code` has none, 0 */
  uint32_t level;
  int32_t sender;            /* process that sent the signal; 0: the kernel */
  uint64_t trap;             /* the processor's exception number */
  uint64_t error;            /* its error code: for a page fault bit 1 is a write, bit 4 a fetch */
  uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
  uint64_t rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, flags;
  uint32_t frame_count;
  uint32_t truncated;        /* 1: there were more frames */
  uint32_t code_length;
  uint32_t reserved;
};

enum crash_block_state { CRASH_BLOCK_LIVE = 1, CRASH_BLOCK_PASSING = 2, CRASH_BLOCK_FREED = 3 };

/* A block that the fault, a register or a word of the stack points into, or just past. */
struct record_crash_block {
  struct record_header header;
  uint64_t start;
  uint64_t size;             /* as requested; UINT64_MAX: not known */
  uint64_t alignment;        /* as requested; 0: the allocator's default */
  uint32_t state;            /* enum crash_block_state */
  uint32_t world;
  uint32_t birth_stack;      /* record_stack id; 0: not known */
  uint32_t birth_exact;      /* 1: that stack is this very block's */
  uint64_t released_at;      /* return address of its release; 0: not released, or not kept */
  uint64_t pointer;          /* what led here */
};

/* Memory as it was. Trailing: the bytes. */
struct record_crash_memory {
  struct record_header header;
  uint64_t start;
  uint32_t byte_count;
  uint32_t reserved;
};

/* Everything was written. */
struct record_crash_end {
  struct record_header header;
  uint32_t signal;
  uint32_t reserved;
};

#endif
