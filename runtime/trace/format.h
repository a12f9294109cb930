/* A trace: what `crossfree trace` writes and `src/ledger/trace/` reads, one file a process, beside its ledger,
 * which has the modules, the worlds and the call stacks.
 *
 *   0        struct trace_header (4096 bytes)
 *   4096     block | block | ...     each TRACE_BLOCK bytes: struct trace_block, then 64-bit words up to a zero one
 *
 * A block is filled in place (mapped, so that kill -9 loses nothing) or was appended when its writer's was full.
 * Two of the same id are one that was being moved when the process was killed. Events are words:
 *
 *   63                      20 19            3 2    0
 *  +--------------------------+---------------+------+
 *  |      address >> 4        |  ticks since  | kind |   ticks: units of 2^TRACE_TICK_SHIFT time-stamp counts
 *  +--------------------------+---------------+------+   since the event before in the same block
 *  |  site (20) | world (6) |        size (38)        |   second word of BIRTH and RETAG
 *  +------------+-----------+-------------------------+
 *  |                     size                        |   third word, when the second one's size is all ones
 *  +-------------------------------------------------+
 *
 * TIME, THREAD and LOW are one word: value << 3 | kind. Little-endian throughout. */
#ifndef CROSSFREE_TRACE_FORMAT_H
#define CROSSFREE_TRACE_FORMAT_H

#include <stdint.h>

#define TRACE_MAGIC 0x3145434152544643ull /* "CFTRACE1" */
#define TRACE_VERSION 1
#define TRACE_HEADER_SIZE 4096
#define TRACE_BLOCK 131072
#define TRACE_BLOCK_MAGIC 0x4B434F4C42544643ull /* "CFTBLOCK" */
#define TRACE_TICK_SHIFT 5
#define TRACE_DELTA_BITS 17
#define TRACE_SIZE_BITS 38
#define TRACE_SIZE_ESCAPE ((1ull << TRACE_SIZE_BITS) - 1)

enum trace_word {
  TRACE_END = 0,
  TRACE_BIRTH = 1,     /* two or three words */
  TRACE_RELEASE = 2,
  TRACE_MOVE = 3,      /* a release by realloc; its birth follows */
  TRACE_TIME = 4,      /* the time itself, in ticks: the next event's delta counts from here */
  TRACE_THREAD = 5,    /* the events that follow are this thread's */
  TRACE_LOW = 6,       /* the low four bits of the next event's address */
  TRACE_RETAG = 7,     /* the block that this thread was handed last is really from this site; two words, size 0 */
};

struct trace_block {
  uint64_t magic;
  uint64_t id;
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
};

#endif
