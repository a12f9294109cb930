/* A function of the program's own named on_exit, which no standard reserves: not to be called before main. */
#include <stdio.h>

static int ready, registered;
static void (*table[4])(void);

int on_exit(void (*function)(void)) {
  if (!ready) return -1;
  table[registered++] = function;
  return 0;
}

static void last(void) {}

int main(void) {
  ready = 1;
  on_exit(last);
  printf("%d registered\n", registered);
  return 0;
}
