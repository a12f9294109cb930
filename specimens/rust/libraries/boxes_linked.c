/* Two Rust libraries, each with a standard library of its own inside, hand a Box over.
 * expect: CF001 rust@libmaker.so -> rust@libtaker.so
 * unless lto: open; the call is in a function so short that another may share its machine code
 * born: maker_make
 * died: taker_take
 * library: maker.rs linked
 * library: taker.rs linked
 * acts: maker_make taker_take
 */
#include "specimen.h"


void *maker_make(void);
void maker_take(void *);
void taker_take(void *);

void fault(void) { taker_take(hide(maker_make())); }

void healthy(void) { maker_take(hide(maker_make())); }
