/* Two Rust plugins, loaded while the program runs, hand a Box over.
 * expect: CF001 rust@libmaker.so -> rust@libtaker.so
 * unless lto: open; the call is in a function so short that another may share its machine code
 * born: maker_make
 * died: taker_take
 * library: maker.rs loaded
 * library: taker.rs loaded
 * acts: dlopen dlsym
 */
#include "specimen.h"
#include <dlfcn.h>

static void hand_over(const char *library, const char *routine) {
  void *maker = dlopen("libmaker.so", RTLD_NOW);
  void *(*make)(void) = (void *(*)(void))dlsym(maker, "maker_make");
  void (*take)(void *) = (void (*)(void *))dlsym(dlopen(library, RTLD_NOW), routine);
  take(hide(make()));
}

void fault(void) { hand_over("libtaker.so", "taker_take"); }

void healthy(void) { hand_over("libmaker.so", "maker_take"); }
