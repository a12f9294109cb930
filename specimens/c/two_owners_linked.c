/* A malloc in a linked library hands the same block to two owners.
 * expect: CF011 c
 * library: parts/twice.c linked
 * acts: malloc malloc
 */
#include "parts/two_owners.h"
