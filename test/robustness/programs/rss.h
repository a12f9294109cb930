/* Says on standard error how much memory the process held at its peak, in KiB. */
#ifndef RSS_H
#define RSS_H
#include <stdio.h>
#include <sys/resource.h>
static void report_rss(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  fprintf(stderr, "rss=%ld\n", usage.ru_maxrss);
}
#endif
