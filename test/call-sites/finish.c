#include <stdio.h>

void number_release(unsigned long *number);

/* Not the last thing it does, so that it is a call. */
void finish(unsigned long *number) {
  number_release(number);
  puts("finished");
}
