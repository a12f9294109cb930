/* Stands in for C libraries of many kinds: an allocator with a thread cache in one form or another. The runtime's own
 * search for the cache is compiled into it; it must take part in the forms that it knows, and leave all others alone. */
#define _GNU_SOURCE
#include "tcache.c"

#include <stdio.h>
#include <stdlib.h>

struct library {
  const char *name;
  bool known;
  unsigned bins;
  int step;      /* what a block adds to its bin's count */
  int start;     /* the counts at first */
  int by_entry, lazy;
  unsigned shift, key_is_cache;
  /* what nobody draws */
  int key_at, entries_at, keeps_key, touches_more;
};

static const struct library libraries[] = {
    {"2.31", true, 64, 1, .key_is_cache = 1},
    {"2.32", true, 64, 1, .shift = 12, .key_is_cache = 1},
    {"2.34 to 2.41", true, 64, 1, .shift = 12},
    {"2.42", true, 76, -1, 7, .by_entry = 1, .shift = 12},
    {"2.43", true, 76, -1, 16, .by_entry = 1, .shift = 12, .lazy = 1},
    {"counts by two", false, 64, 2, .shift = 12},
    {"counts down, as many bins as ever", false, 64, -1, 7, .by_entry = 1, .shift = 12},
    {"counts up, bins for large blocks", false, 76, 1, .shift = 12},
    {"another mask", false, 64, 1, .shift = 13},
    {"plain links, slots counted", false, 76, -1, 16, .by_entry = 1},
    {"key elsewhere", false, 64, 1, .shift = 12, .key_at = 1},
    {"bins elsewhere", false, 64, 1, .shift = 12, .entries_at = 8},
    {"keeps the key", false, 64, 1, .shift = 12, .keeps_key = 1},
    {"keeps books beside", false, 64, 1, .shift = 12, .touches_more = 1},
    {"other bins", false, 80, 1, .shift = 12},
    {"no cache", false, 0, 0},
};

static const struct library *library;
static _Alignas(4096) char heap[1 << 16];
static char *top;
static char *cache;
static uintptr_t *thread_words;

static void *carve(size_t bytes) {
  size_t size = (bytes + 8 + 15) & ~15ul;
  uintptr_t *chunk = (uintptr_t *)top;
  if (size < 32) size = 32;
  chunk[1] = size | 1;
  top += size;
  return chunk + 2;
}

static void make_cache(void) {
  if (cache || !library->bins) return;
  cache = carve(library->bins * 10);
  memset(cache, 0, library->bins * 10);
  for (unsigned i = 0; i < library->bins; i++) ((uint16_t *)cache)[i] = library->start;
  thread_words[3] = (uintptr_t)cache;
}

static uintptr_t *bin_head(void) { return (uintptr_t *)(cache + library->bins * 2 + library->entries_at); }
static uintptr_t link_of(uintptr_t *block, uintptr_t to) { return library->shift ? to ^ (uintptr_t)block >> library->shift : to; }

static void *allocate(size_t size) {
  if (!library->lazy) make_cache();
  if (size > 24 || !cache || !*bin_head()) return carve(size);
  uintptr_t *block = (uintptr_t *)*bin_head();
  *bin_head() = link_of(block, block[0]);
  *(uint16_t *)cache -= library->step;
  if (!library->keeps_key) block[1 + library->key_at] = 0;
  return block;
}

static void release(void *pointer) {
  uintptr_t *block = pointer;
  make_cache();
  if (!cache) return;
  if (library->touches_more) ((uint16_t *)cache)[9]++;
  block[0] = link_of(block, *bin_head());
  *bin_head() = (uintptr_t)block;
  block[1 + library->key_at] = library->key_is_cache ? (uintptr_t)cache : 0x9876543210fedcba;
  *(uint16_t *)cache += library->step;
}

static int each_loaded(int (*look)(struct dl_phdr_info *, size_t, void *), void *data) {
  ElfW(Phdr) header = {.p_type = PT_TLS, .p_memsz = 8 * sizeof(uintptr_t)};
  struct dl_phdr_info info = {.dlpi_name = "/lib/libc.so.6", .dlpi_phdr = &header, .dlpi_phnum = 1, .dlpi_tls_data = thread_words};
  return look(&info, sizeof info, data);
}
int dl_iterate_phdr(int (*look)(struct dl_phdr_info *, size_t, void *), void *data) { return each_loaded(look, data); }
void *libc_symbol(const char *name) { return strcmp(name, "dl_iterate_phdr") == 0 ? (void *)each_loaded : NULL; }

static void expect(bool holds, const char *what) {
  if (holds) return;
  printf("%s: %s\n", library->name, what);
  exit(1);
}

/* What we give the library hands out, and the other way about, in the same order. */
static void take_turns(struct tcache_form form, struct tcache *at) {
  void *blocks[3];
  size_t bin;
  for (int i = 0; i < 3; i++) blocks[i] = allocate(24);
  for (int i = 0; i < 3; i++) {
    if (i == 1) release(blocks[i]);
    else {
      expect(tcache_has_room(form, at, blocks[i], &bin) && bin == 0, "has no room");
      tcache_give(form, at, bin, blocks[i], 0x1234);
    }
  }
  expect(tcache_take(form, at, 24) == blocks[2], "another block came back");
  expect(allocate(24) == blocks[1], "the library found another block");
  expect(tcache_take(form, at, 20) == blocks[0], "the last block did not come back");
  expect(tcache_take(form, at, 100) == NULL && tcache_take(form, at, form.largest + 1) == NULL, "a block out of nothing");
  for (int i = 0; i < 40 && tcache_has_room(form, at, blocks[0], &bin); i++) {
    tcache_give(form, at, bin, blocks[0], 0x1234);
    expect(i < 16, "a bin without end");
    blocks[0] = carve(24);
  }
  void *odd = carve(24);
  uintptr_t flags[] = {0x23, 0x29, 0x11, 1, 0x2000};
  for (int i = 0; i < 5; i++) {
    ((uintptr_t *)odd)[-1] = flags[i];
    expect(!tcache_has_room(form, at, odd, &bin), "room for a header that is not in order");
  }
}

int main(void) {
  uintptr_t words[8];
  thread_words = words;
  unsigned known = 0;
  for (library = libraries; library < libraries + sizeof libraries / sizeof *libraries; library++) {
    memset(words, 0, sizeof words);
    cache = NULL;
    top = heap;
    tcache_start(allocate, release);
    struct tcache *usual = tcache_here(), *other = tcache_otherwise();
    expect(!usual || !other, "two forms at once");
    expect(library->known == (usual || other), library->known ? "left alone" : "taken for a known one");
    if (!library->known) continue;
    take_turns(usual ? TCACHE_USUAL : tcache_other.form, usual ? usual : other);
    known++;
  }
  printf("%u known forms, all others left alone\n", known);
}
