#include "tcache.h"

#include <link.h>
#include <string.h>
#include <sys/syscall.h>

#include "loaded.h"
#include "system.h"

static THREAD_LOCAL struct tcache *never;

/* Before anything of ours has run, already at the first malloc: a word of the thread's control block that glibc has for
 * other processors only (`sysinfo`). */
#define UNUSED_WORD 0x20
intptr_t tcache_slot = UNUSED_WORD;
uint64_t tcache_key, tcache_mark;

#define CACHE_CHUNK (((sizeof(struct tcache) + 8 + 15) & ~(size_t)15) | 1) /* size and `previous in use` */
#define FIRST_HEAP ((uintptr_t)1 << 20)                                    /* the cache is the heap's first block */

struct search {
  uintptr_t block; /* one of the heap's first blocks */
  uintptr_t slot;  /* where the pointer to the cache lies */
};

static bool readable(uintptr_t address) {
  unsigned char in_core;
  return system_call(SYS_mincore, address & ~(uintptr_t)4095, 4096, &in_core) == 0;
}

/* In libc's own thread-local words, the pointer to a block of the cache's size below `block`. */
static AT_START int look_at(struct dl_phdr_info *info, size_t size, void *data) {
  struct search *search = data;
  const char *name = strrchr(info->dlpi_name, '/');
  if (size <= offsetof(struct dl_phdr_info, dlpi_tls_data) || !info->dlpi_tls_data) return 0;
  if (!name || strncmp(name, "/libc.so", 8) != 0) return 0;
  for (unsigned i = 0; i < info->dlpi_phnum; i++) {
    if (info->dlpi_phdr[i].p_type != PT_TLS) continue;
    uintptr_t *words = info->dlpi_tls_data;
    for (size_t word = 0; word < info->dlpi_phdr[i].p_memsz / sizeof *words; word++) {
      uintptr_t cache = words[word];
      if (cache & 15 || cache >= search->block || search->block - cache > FIRST_HEAP) continue;
      if (readable(cache - 8) && ((uint64_t *)cache)[-1] == CACHE_CHUNK) search->slot = (uintptr_t)&words[word];
    }
  }
  return 1;
}

void tcache_stop(void) { tcache_slot = (intptr_t)((uintptr_t)&never - thread_pointer()); }

bool tcache_holds(uintptr_t block) {
  const struct tcache *cache = tcache_here();
  for (unsigned bin = 0; cache && bin < TCACHE_BINS; bin++) {
    uintptr_t entry = cache->entries[bin];
    for (unsigned i = 0; i < cache->counts[bin] && entry; i++) {
      if (entry == block) return true;
      entry = ((const struct tcache_entry *)entry)->next ^ entry >> 12;
    }
  }
  return false;
}

AT_START void tcache_start(void *(*allocate)(size_t), void (*release)(void *)) {
  const size_t size = 24; /* of the smallest bin */
  tcache_stop();
  struct tcache_entry *block = allocate(size);
  if (!block) return;
  struct search search = {.block = (uintptr_t)block};
  __typeof__(dl_iterate_phdr) *each_loaded = (__typeof__(dl_iterate_phdr) *)libc_symbol("dl_iterate_phdr");
  if (each_loaded) each_loaded(look_at, &search);
  struct tcache *cache = search.slot ? *(struct tcache **)search.slot : NULL;
  uintptr_t before = cache ? cache->entries[0] : 0;
  uint16_t count = cache ? cache->counts[0] : 0;
  release(block);
  if (!cache || count >= TCACHE_LIMIT) return;
  bool is_as_drawn = cache->counts[0] == count + 1 && cache->entries[0] == (uintptr_t)block &&
                     block->next == (before ^ (uintptr_t)block >> 12) && block->key && block->key != (uintptr_t)cache;
  if (!is_as_drawn) return;
  tcache_key = block->key;
  tcache_mark = tcache_key & ~(ADDRESS_LIMIT - 1);
  if (allocate(size) != block || cache->counts[0] != count || cache->entries[0] != before || block->key != 0) return;
  release(block);
  if (!tcache_mark) return; /* once in 131,072 runs nothing would tell such a key from an address */
  tcache_slot = (intptr_t)(search.slot - thread_pointer());
}
