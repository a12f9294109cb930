/* A list frees its items and calls the destructor that its user gave it, which frees them too.
 * expect: CF002 c -> c
 * acts: malloc
 */
#include "specimen.h"
#include <stdlib.h>

struct list { void *item; void (*destroy)(void *); };

static void list_clear(struct list *list) {
  if (list->destroy) list->destroy(list->item);
  free(hide(list->item));
}

void fault(void) {
  struct list list = {malloc(64), free};
  list_clear(hide(&list));
}

void healthy(void) {
  struct list list = {malloc(64), NULL};
  list_clear(hide(&list));
}
