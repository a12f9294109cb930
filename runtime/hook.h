/* Redirects a function at its entry: five bytes jump to an island nearby, which names
 * the hook in one more argument and goes on to our wrapper. The original runs from a copy. */
#ifndef CROSSFREE_HOOK_H
#define CROSSFREE_HOOK_H

#include "common.h"

struct module;

struct hook {
  void *original;       /* calls the function as it was */
  uintptr_t target;     /* where the function is */
  uint32_t world;
  uint32_t live_word;   /* what the short path looks for: that of a block of this world, without its site */
  uint32_t function;
  void *wrapper;
  unsigned argument;    /* which argument carries the hook */
  size_t plain_alignments; /* of blocks that are the c world's malloc's, nothing in between: these or less; 0: none are */
  uint32_t module;
  struct hook *next;
};

struct hook_request {
  uintptr_t address;
  size_t size;          /* of the symbol; never written past, but for proven padding */
  void *wrapper;
  unsigned argument;    /* index of the argument register that carries the hook */
  uint32_t world, function;
  bool plain;           /* a shim of Rust's default allocator, which calls malloc */
  bool preserve;        /* callers in the module may rely on what its body leaves alone */
  struct hook *hook;    /* set by hooks_apply */
};

/* All of them or none. On failure `*refused` is the first that could not be redirected. */
bool hooks_apply(struct module *module, struct hook_request *requests, size_t count, size_t *refused);

/* Whether the function's blocks are those of the c world's malloc. */
void hook_set_plain(struct hook *hook, bool plain);

/* The module is gone and its code with it. */
void hooks_forget(uint32_t module);

/* Some hook is at this entry already. */
bool hook_exists(uintptr_t address);

/* Where a two-byte jump at `address` goes; 0 when it is something else. */
uintptr_t short_jump_target(uintptr_t address);

/* Where a lone jump at `address` goes; 0 when there is another kind of body. */
uintptr_t lone_jump_target(uintptr_t address, size_t size);

#endif
