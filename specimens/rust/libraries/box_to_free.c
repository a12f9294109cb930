/* A C program frees what a Rust library boxed.
 * expect: CF001 rust -> c
 * unless lto: open; the call is in a function so short that another may share its machine code
 * born: maker_make
 * library: maker.rs linked
 * acts: maker_make free
 */
#include "specimen.h"
#include <stdlib.h>

void *maker_make(void);
void maker_take(void *);

void fault(void) { free(hide(maker_make())); }

void healthy(void) { maker_take(hide(maker_make())); }
