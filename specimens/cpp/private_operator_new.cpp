/* A library carries a C++ library of its own inside (-static-libstdc++), hidden from everybody else. Both
 * copies are the same code over malloc: objects may cross.
 * expect: none
 * library: parts/private.cpp linked -static-libstdc++ -static-libgcc -Wl,--exclude-libs,ALL
 */
#include "specimen.h"

extern "C" long *private_make();
extern "C" void private_drop(long *);

void healthy() {
  private_drop(hide(private_make()));
  private_drop(hide(new long(7)));
  delete hide(private_make());
}
