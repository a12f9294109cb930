/* A trace: what `crossfree trace` writes and `src/ledger/trace/` reads, one file a process, beside its ledger,
 * which has the modules, the worlds and the call stacks.
 *
 *   0        struct trace_header (4096 bytes)
 *   4096     block | block | ...     each TRACE_BLOCK bytes: struct trace_block, then events up to a zero byte
 *
 * A block is filled in place (mapped, so that kill -9 loses nothing) or was appended when its writer's was full.
 * Two of the same id are one that was being moved when the process was killed. Each block can be read alone.
 * Events lie byte to byte, little-endian. The two low bits of the first byte say which form it is:
 *
 *   TRACE_RELEASE  3 bytes   23                        2 1 0
 *                           +---------------------------+---+
 *                           |          distance         | 1 |
 *                           +---------------------------+---+
 *   TRACE_BIRTH    6 bytes   47        34 33   24 23    2 1 0
 *                           +------------+-------+------+---+
 *                           |    size    | slot  | dist.| 2 |
 *                           +------------+-------+------+---+
 *   TRACE_TICKS    2 bytes   15                        2 1 0
 *                           +---------------------------+---+
 *                           |       ticks since         | 3 |
 *                           +---------------------------+---+
 *   others                   a byte kind << 2, then what enum trace_kind says
 *
 * `distance` is that of this block from the one before, in units of 16 bytes, with a sign. `slot` holds a site and
 * its world as TRACE_SITE put them there. Time is in units of 2^TRACE_TICK_SHIFT time-stamp counts. The time of an
 * event is that of the last TRACE_TICKS or TRACE_TIME before it: with several threads each event has its own, with
 * one a stretch of them that followed each other closely has one at every TRACE_STRIDE. */
#ifndef CROSSFREE_TRACE_FORMAT_H
#define CROSSFREE_TRACE_FORMAT_H

#include <stdint.h>

#define TRACE_MAGIC 0x3145434152544643ull /* "CFTRACE1" */
#define TRACE_VERSION 2
#define TRACE_HEADER_SIZE 4096
#define TRACE_BLOCK 131072
#define TRACE_BLOCK_MAGIC 0x4B434F4C42544643ull /* "CFTBLOCK" */
#define TRACE_TICK_SHIFT 5
#define TRACE_STRIDE 16
#define TRACE_DISTANCE_BITS 22
#define TRACE_SLOT_BITS 10
#define TRACE_SIZE_BITS 14
#define TRACE_TICKS_BITS 14

enum trace_form { TRACE_OTHER = 0, TRACE_RELEASE = 1, TRACE_BIRTH = 2, TRACE_TICKS = 3 };

/* Sites are shadow words without what a trace has no use for: world << 6 | stack's id << 12. */
enum trace_kind {
  TRACE_END = 0,
  TRACE_TIME = 1,        /* u64: the time itself */
  TRACE_THREAD = 2,      /* u32: the events that follow are this thread's */
  TRACE_SITE = 3,        /* u16 slot, u32 site */
  TRACE_FAR_RELEASE = 4, /* u64 address */
  TRACE_MOVE = 5,        /* u64 address: a release by realloc; its birth follows */
  TRACE_FAR_BIRTH = 6,   /* u64 address, u64 size, u32 site */
  TRACE_RETAG = 7,       /* the same: the block that this thread was handed last is really of this size and site */
};

struct trace_block {
  uint64_t magic;
  uint64_t id;
  uint64_t ticks; /* when it was begun: its events have their times from here on */
  uint64_t thread;
};

struct trace_header {
  uint64_t magic;
  uint32_t version;
  uint32_t flags;         /* enum trace_flag */
  int32_t pid, parent_pid;
  uint64_t ledger_pid, ledger_ns;    /* which ledger knows the stacks: its process, and when it was begun */
  uint64_t first_ticks, first_ns;    /* the clocks at the start: CLOCK_MONOTONIC, and the counter in ticks */
  uint64_t latest_ticks, latest_ns;  /* and later: two points make the rate */
  uint64_t end;           /* bytes of the file that are given out */
  uint64_t limit;         /* no more than this */
  uint64_t lost_births, lost_bytes, lost_releases, lost_moves; /* not written; in no block */
};

enum trace_flag {
  TRACE_FORKED = 1,       /* a forked process: blocks of its parent's may be released here */
  TRACE_LIMIT_REACHED = 2,
  TRACE_NOT_WRITABLE = 4, /* the disk is full, or the file can no longer be reached */
  TRACE_SANDBOXED = 8,    /* the program shut itself in: nothing is asked of the kernel any more */
};

#endif
