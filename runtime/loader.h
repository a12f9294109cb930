/* Hears of modules that are loaded later, before their constructors run. */
#ifndef CROSSFREE_LOADER_H
#define CROSSFREE_LOADER_H

void loader_start(void);

/* Where the loader could not be heard: looks what it has loaded meanwhile. */
void loader_look(void);

#endif
