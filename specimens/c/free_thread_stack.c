/* A thread frees a local variable of its own.
 * expect: CF003 -> c where=stack
 * died: worker
 * acts: pthread_create
 */
#include "specimen.h"
#include <pthread.h>
#include <stdlib.h>

static void *worker(void *wrong) {
  char local[64];
  free(wrong ? hide(local) : NULL);
  return hide(local) ? NULL : wrong;
}

static void run(void *wrong) {
  pthread_t thread;
  pthread_create(&thread, NULL, worker, wrong);
  pthread_join(thread, NULL);
}

void fault(void) { run("wrong"); }

void healthy(void) { run(NULL); }
