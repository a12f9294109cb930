/* Two Rust libraries that share one dynamic standard library hand a Box over: one world, no fault.
 * expect: none
 * library: maker.rs dylib
 * library: taker.rs dylib
 */
#include "specimen.h"

void *maker_make(void);
void taker_take(void *);

void healthy(void) { taker_take(hide(maker_make())); }
