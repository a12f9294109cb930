#include "fastbins.h"

#include "modules.h"
#include "ownership.h"

_Static_assert(offsetof(struct arena, fastbins) == 16 && offsetof(struct arena, next) == 2160, "as glibc has it");

struct fastbins fastbins;

#define ATTEMPTS 64 /* others may give to the same list while we look */

static struct arena *found; /* what may be the main arena */
static int attempts;

static void free_watched(void *pointer);
static void free_unwatched(void *pointer) { real_free(pointer); }
void (*fastbin_free)(void *pointer) = free_watched;

/* Whether other arenas' heaps begin where this block's would: an arena lies in the first of its heaps. All arenas are in
 * one ring, which only grows. */
static void learn_heaps(const void *pointer) {
  struct arena *arena = found;
  uintptr_t heap = (uintptr_t)pointer & ~(HEAP_SIZE - 1);
  do arena = __atomic_load_n(&arena->next, __ATOMIC_ACQUIRE);
  while (arena != found && (uintptr_t)arena - heap >= HEAP_SIZE);
  if (arena == found || (uintptr_t)arena - heap > 4096) return;
  if (*(struct arena **)heap == arena) fastbins.looked_at &= ~(uint64_t)HEADER_OTHER_ARENA;
  else fastbins_stop();
}

static NO_INLINE void free_watched(void *pointer) {
  if (!found || !tcache_of_thread()) return real_free(pointer);
  uint64_t header = header_of(pointer);
  if (header & fastbins.looked_at & HEADER_OTHER_ARENA) learn_heaps(pointer);
  size_t bin = bin_of(header & fastbins.looked_at);
  if (fastbins.main || !found || bin >= FASTBINS_USED) return real_free(pointer);
  struct arena *arena = arena_of(pointer, header, found);
  real_free(pointer);
  /* The block is not ours any more: it is enough to know its address. */
  bool is_there = __atomic_load_n(&arena->fastbins[bin], __ATOMIC_RELAXED) == (uintptr_t)pointer - 16;
  if (is_there && arena->have_fastchunks == 1) fastbins.main = found;
  else if (++attempts == ATTEMPTS) fastbins_stop();
}

void fastbins_stop(void) {
  found = NULL;
  fastbins.main = NULL;
  fastbin_free = free_unwatched;
}

static bool may_be_main(const struct arena *arena) {
  return arena->next == arena && !arena->next_free && arena->attached_threads == 1 && arena->top &&
         arena->system_size && arena->system_size <= arena->largest_system_size;
}

/* The ring has one arena at the start, which is among libc's own data. */
static AT_START struct arena *look_for_main(const struct module *libc) {
  for (unsigned i = 0; i < libc->header_count; i++) {
    const ElfW(Phdr) *header = &libc->headers[i];
    if (header->p_type != PT_LOAD || !(header->p_flags & PF_W)) continue;
    uintptr_t at = (libc->base + header->p_vaddr + 15) & ~(uintptr_t)15, end = libc->base + header->p_vaddr + header->p_filesz;
    for (; at + sizeof(struct arena) <= end; at += 16)
      if (may_be_main((const struct arena *)at)) return (struct arena *)at;
  }
  return NULL;
}

AT_START void fastbins_start(bool free_fills) {
  const struct module *libc = tcache_mark ? module_at((uintptr_t)real_free) : NULL;
  static const char unknown;
  fastbins.single_threaded = libc ? (const char *)module_export(libc, "__libc_single_threaded") : NULL;
  if (!fastbins.single_threaded) fastbins.single_threaded = &unknown;
  fastbins.looked_at = ~(uint64_t)HEADER_IN_USE;
  if (libc && !free_fills && fastbin_free == free_watched) found = look_for_main(libc);
  if (!found) fastbins_stop();
}
