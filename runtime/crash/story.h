/* The block that an address belongs to, dead ones included, from the shadow alone: no lock, no allocation. */
#ifndef CROSSFREE_CRASH_STORY_H
#define CROSSFREE_CRASH_STORY_H

#include "../shadow.h"

/* How far past its end a block still is what a pointer was meant for. */
#define PAST_END 64

/* The block that covers `address`, else the one that ends at most PAST_END before it. Looks back `reach` bytes. */
bool shadow_story(uintptr_t address, uintptr_t reach, struct block *block);

#endif
