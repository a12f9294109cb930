/* Hears of modules that are loaded later, before their constructors run. */
#ifndef CROSSFREE_LOADER_H
#define CROSSFREE_LOADER_H

void loader_start(void);

#endif
