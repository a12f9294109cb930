/* A dense heap: millions of live blocks of 16 to 24 bytes and nothing else, strung on
 * many lists, walked, and given back list by list: in another order than they came.
 * What a shadow costs most memory for. */
#include <stdio.h>
#include <stdlib.h>

#include "random.h"

#define LISTS 1024

struct node {
  struct node *next;
  uint64_t value;
};

/* Every other block is 24 bytes: a tail that only some nodes carry. */
struct long_node {
  struct node node;
  uint64_t more;
};

int main(int argc, char **argv) {
  long count = argc > 1 ? atol(argv[1]) : 1000000;
  static struct node *heads[LISTS];
  uint64_t state = 7, sum = 0;
  for (long i = 0; i < count; i++) {
    struct node *node = malloc(i & 1 ? sizeof(struct long_node) : sizeof(struct node));
    if (!node) return 1;
    struct node **head = &heads[random_below(&state, LISTS)];
    node->next = *head;
    node->value = (uint64_t)i;
    if (i & 1) ((struct long_node *)node)->more = (uint64_t)i;
    *head = node;
  }
  for (int i = 0; i < LISTS; i++)
    for (const struct node *node = heads[i]; node; node = node->next) sum = sum * 31 + node->value;
  for (int i = 0; i < LISTS; i++) {
    for (struct node *node = heads[i], *next; node; node = next) {
      next = node->next;
      free(node);
    }
  }
  printf("dense %llu\n", (unsigned long long)sum);
  return 0;
}
