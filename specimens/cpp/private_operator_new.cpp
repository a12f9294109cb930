/* A library carries an operator new of its own, hidden from everybody else (-static-libstdc++): its own
 * pair is healthy. Handing its block to the program's delete is not.
 * expect: CF001 c++@libprivate.so -> c++ certainty=possible
 * library: parts/private.cpp linked -static-libstdc++ -static-libgcc -Wl,--exclude-libs,ALL
 * born: private_make
 * acts: private_make delete
 */
#include "specimen.h"

extern "C" long *private_make();
extern "C" void private_drop(long *);

void fault() { delete hide(private_make()); }

void healthy() { private_drop(hide(private_make())); }
