/* What programs use that older C libraries lack; then the nearest thing that they have. Included first. */
#define _GNU_SOURCE
#include <features.h>
#if !__GLIBC_PREREQ(2, 33)
#define mallinfo2 mallinfo
#endif
#if !__GLIBC_PREREQ(2, 34)
#define execveat(directory, path, words, environment, flags) execve(path, words, environment)
#define close_range(first, last, flags) ((void)0)
#endif
