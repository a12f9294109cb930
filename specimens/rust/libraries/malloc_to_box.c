/* A Rust library takes a block from malloc for one of its boxes.
 * expect: CF001 c -> rust
 * unless lto: open; the call is in a function so short that another may share its machine code
 * died: maker_take
 * library: maker.rs linked
 * acts: malloc maker_take
 */
#include "specimen.h"
#include <stdlib.h>

void *maker_make(void);
void maker_take(void *);

void fault(void) { maker_take(hide(malloc(64))); }

void healthy(void) { free(hide(malloc(64))); }
