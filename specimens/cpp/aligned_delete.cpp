/* Over-aligned memory is returned with another alignment.
 * expect: CF004 c++ -> c++ expected=/64 actual=/32
 * acts: new delete
 */
#include "specimen.h"
#include <new>

static void take_and_return(std::align_val_t alignment) {
  void *memory = operator new(256, std::align_val_t{64});
  operator delete(hide(memory), alignment);
}

void fault() { take_and_return(std::align_val_t{32}); }

void healthy() { take_and_return(std::align_val_t{64}); }
