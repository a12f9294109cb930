/* The program's own malloc hands the same block to two owners.
 * expect: CF011 c
 * with: parts/twice.c
 * acts: malloc malloc
 */
#include "parts/two_owners.h"
