/* The environment that the kernel gave, before the C library knows it. */
#ifndef CROSSFREE_ENVIRONMENT_H
#define CROSSFREE_ENVIRONMENT_H

/* The value of a variable; NULL when it is not set. */
const char *environment_of_start(const char *name);

#endif
