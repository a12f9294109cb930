#include "layout.h"

#include <stddef.h>
#include <stdio.h>

#include "protocol.h"

#define FIELD(type, name) printf(",\"%s\":%zu", #name, offsetof(struct type, name))

int print_layout(void) {
  printf("{\"version\":%d,\"job\":{\"size\":%zu", PROTOCOL_VERSION, sizeof(struct job));
  FIELD(job, magic);
  FIELD(job, version);
  FIELD(job, flags);
  FIELD(job, length);
  FIELD(job, id);
  FIELD(job, memory);
  FIELD(job, timeout_ms);
  FIELD(job, grace_ms);
  FIELD(job, processes);
  FIELD(job, cpu_seconds);
  FIELD(job, head);
  FIELD(job, tail);
  FIELD(job, arguments);
  FIELD(job, variables);
  printf("},\"report\":{\"size\":%zu", sizeof(struct report));
  FIELD(report, magic);
  FIELD(report, version);
  FIELD(report, kind);
  FIELD(report, length);
  FIELD(report, id);
  FIELD(report, pid);
  FIELD(report, code);
  FIELD(report, signal);
  FIELD(report, flags);
  FIELD(report, wall_ns);
  FIELD(report, user_us);
  FIELD(report, system_us);
  FIELD(report, peak);
  FIELD(report, orphans);
  FIELD(report, survivors);
  FIELD(report, total);
  FIELD(report, head);
  FIELD(report, tail);
  printf("}}\n");
  return 0;
}
