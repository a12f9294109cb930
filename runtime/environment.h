/* Variables of the environment, before the C library knows it. */
#ifndef CROSSFREE_ENVIRONMENT_H
#define CROSSFREE_ENVIRONMENT_H

/* The value of a variable; NULL when it is not set, or there is no environment. */
const char *environment_value(char *const *environment, const char *name);

/* The same in what the kernel gave: before any constructor nobody else has it. */
const char *environment_of_start(const char *name);

/* A word of the vector that the kernel left above the environment; 0: it has none. /proc may not be there. */
unsigned long auxiliary_of_start(unsigned long wanted);

#endif
