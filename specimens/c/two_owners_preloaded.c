/* A preloaded malloc hands the same block to two owners.
 * expect: CF011 c
 * library: parts/twice.c preloaded
 * acts: malloc malloc
 */
#include "parts/two_owners.h"
