/* Prints its environment, but for what observation must add to it. */
#include <stdio.h>
#include <string.h>
extern char **environ;

int main(void) {
  for (char **one = environ; *one; one++)
    if (strncmp(*one, "LD_PRELOAD=", 11) && strncmp(*one, "CROSSFREE_", 10)) puts(*one);
}
