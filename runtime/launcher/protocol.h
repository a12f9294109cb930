/* What crossfree and its launcher say to each other: jobs one way, reports the other, each a header with
 * magic number and version, and as many bytes behind it as the header's `length` says. Both ends are of
 * one build on one machine, so numbers stand as the processor keeps them (little-endian, no padding).
 *
 *   job       0        4        6       8        12    16       24        28      32         36
 *            | magic  | version| flags | length | id  | memory | timeout | grace | processes| cpu |
 *             40     44     48          52          56
 *            | head | tail | arguments | variables | words … each ends with a zero byte:
 *                     executable, directory, input, arguments …, variables …
 *
 *   report    0        4        6      8        12   16    20     24       28      32     40     48
 *            | magic  | version| kind | length | id | pid | code | signal | flags | wall | user | system |
 *             56     64       68          72               88              96             104
 *            | peak | orphans| survivors | total out, err | head out, err | tail out, err | bytes …
 *                     head of out, tail of out, head of err, tail of err
 */
#ifndef CROSSFREE_LAUNCHER_PROTOCOL_H
#define CROSSFREE_LAUNCHER_PROTOCOL_H

#include <stdint.h>

#define JOB_MAGIC 0x4a4c4643u    /* CFLJ */
#define REPORT_MAGIC 0x524c4643u /* CFLR */
#define PROTOCOL_VERSION 1

/* The kernel takes no more than a few megabytes of arguments; whoever claims more is out of step. */
#define MOST_WORD_BYTES (64u << 20)
#define MOST_KEPT_BYTES (16u << 20)

enum job_flag {
  JOB_CORE = 1,           /* let it dump core, as the surroundings allow */
  JOB_SAME_ADDRESSES = 2, /* everything lies where it lay in the last run */
};

struct job {
  uint32_t magic;
  uint16_t version;
  uint16_t flags;
  uint32_t length;
  uint32_t id;
  uint64_t memory;      /* resident bytes of the whole tree; 0: no limit, here and below */
  uint32_t timeout_ms;
  uint32_t grace_ms;    /* between SIGTERM and SIGKILL */
  uint32_t processes;   /* at once */
  uint32_t cpu_seconds; /* of one process */
  uint32_t head;        /* bytes kept of the start of each stream, and of its end */
  uint32_t tail;
  uint32_t arguments;
  uint32_t variables;
};

enum report_kind {
  REPORT_ENDED = 1,
  REPORT_NO_PROGRAM = 2, /* these four: it was never started, `code` is the errno */
  REPORT_NO_DIRECTORY = 3,
  REPORT_NO_INPUT = 4,
  REPORT_NO_PROCESS = 5,
};

enum report_flag {
  REPORT_TIMEOUT = 1,
  REPORT_MEMORY = 2,
  REPORT_PROCESSES = 4,
  REPORT_CORE = 8,
  REPORT_SAME_ADDRESSES = 16, /* they were wanted, and the kernel agreed */
};

struct report {
  uint32_t magic;
  uint16_t version;
  uint16_t kind;
  uint32_t length;
  uint32_t id;
  int32_t pid;
  int32_t code;         /* exit status, or errno */
  int32_t signal;       /* 0: it exited */
  uint32_t flags;
  uint64_t wall_ns;
  uint64_t user_us;
  uint64_t system_us;
  uint64_t peak;        /* resident bytes of its largest process */
  uint32_t orphans;     /* processes that outlived it, and were ended */
  uint32_t survivors;   /* processes that could not be ended */
  uint64_t total[2];    /* bytes it wrote: standard output, standard error */
  uint32_t head[2];     /* of these, the bytes that follow */
  uint32_t tail[2];
};

_Static_assert(sizeof(struct job) == 56, "as drawn");
_Static_assert(sizeof(struct report) == 104, "as drawn");

#endif
