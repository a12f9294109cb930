/* Writes over one word that glibc looks at, then does what may follow. A process for each case; a line says how it ended,
 * in glibc's own words. `damaged [threads] [rust LIBRARY] [STEP FIRST]`: of the cases every STEP-th from FIRST. */
#include <dlfcn.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <initializer_list>
#include <new>

#define HIDE(pointer) __asm__ volatile("" : "+r"(pointer)::"memory")

/* ---- ways to a block and back ---- */

struct way {
  const char *name;
  void *(*get)(size_t);
  void (*give)(void *, size_t);
  void *(*grow)(void *, size_t, size_t);
};

static void *zeroed(size_t size) { return calloc(1, size); }
static void *from_nothing(size_t size) { return realloc(NULL, size); }
static void freed(void *block, size_t) { free(block); }
static void *grown(void *block, size_t, size_t size) { return realloc(block, size); }
static void *one(size_t size) { return ::operator new(size); }
static void deleted(void *block, size_t) { ::operator delete(block); }
static void deleted_sized(void *block, size_t size) { ::operator delete(block, size); }
static void *several(size_t size) { return ::operator new[](size); }
static void deleted_several(void *block, size_t) { ::operator delete[](block); }

static way ways[] = {
    {"malloc", malloc, freed, grown},       {"calloc", zeroed, freed, grown},
    {"realloc", from_nothing, freed, grown}, {"new", one, deleted, NULL},
    {"sized", one, deleted_sized, NULL},    {"new[]", several, deleted_several, NULL},
    {"rust", NULL, NULL, NULL},
};

/* ---- the blocks of a case ---- */

enum { HELD = 40, FILLERS = 20, ROUND = 1 << 16 };

struct blocks {
  const way *by;
  size_t size;
  uintptr_t *before, *block, *after, *last, *cached, *spilt;
};

/* Blocks in a row, none of them used before; `full`: as many of their size are released as the thread's cache takes, and
 * more. */
static blocks lay_out(const way *by, size_t size, bool full) {
  blocks all = {by, size};
  static thread_local void *fillers[FILLERS], *held[HELD];
  /* At a round address, so that a link that is damaged leads to the same place with a tool beside it. */
  uintptr_t end = (uintptr_t)malloc(ROUND) + ROUND;
  malloc(ROUND - (end & (ROUND - 1)) - 16);
  for (void *&one : held) by->get(24), one = by->get(size);
  for (void *&one : fillers) one = by->get(size), by->get(size);
  all.before = (uintptr_t *)by->get(size);
  all.block = (uintptr_t *)by->get(size);
  all.after = (uintptr_t *)by->get(size);
  all.last = (uintptr_t *)by->get(size);
  for (uintptr_t *one : {all.before, all.block, all.after, all.last}) memset((void *)one, 0x11, size < 24 ? 24 : size);
  if (full)
    for (void *one : fillers) by->give(one, size);
  else
    by->give(fillers[1], size), by->give(fillers[0], size);
  all.cached = (uintptr_t *)fillers[0];
  all.spilt = (uintptr_t *)fillers[full ? FILLERS - 1 : 1];
  return all;
}

/* ---- words ---- */

static uintptr_t *size_before(blocks &all) { return all.before - 1; }
static uintptr_t *previous(blocks &all) { return all.block - 2; }
static uintptr_t *own_size(blocks &all) { return all.block - 1; }
static uintptr_t *next_size(blocks &all) { return all.after - 1; }
static uintptr_t *next_previous(blocks &all) { return all.after - 2; }
static uintptr_t *next_but_one(blocks &all) { return all.last - 1; }
static uintptr_t *size_of_top(blocks &all) {
  return (uintptr_t *)((char *)all.last + (all.last[-1] & ~(uintptr_t)7)) - 1;
}
static uintptr_t *cached_link(blocks &all) { return all.cached; }
static uintptr_t *cached_mark(blocks &all) { return all.cached + 1; }
static uintptr_t *cached_size(blocks &all) { return all.cached - 1; }
static uintptr_t *spilt_link(blocks &all) { return all.spilt; }
static uintptr_t *spilt_back(blocks &all) { return all.spilt + 1; }
static uintptr_t *spilt_size(blocks &all) { return all.spilt - 1; }
static uintptr_t *user_word(blocks &all) { return all.block + 1; }

/* The block looks released: its second word is what glibc's realloc leaves in one that it releases itself. Then a list in
 * which free looks for it is damaged. */
static uintptr_t *link_with_mark(blocks &all) {
  uintptr_t *moved = (uintptr_t *)malloc(600);
  malloc(600);
  realloc(moved, 3000);
  HIDE(moved);
  all.block[1] = moved[1];
  return all.cached;
}

/* The main heap's first chunks, among them the first thread's cache: counts of 64 or 76 bins, then the bins. */
static uintptr_t *cache_of(size_t &bins) {
  extern char *heap_start;
  for (char *at = heap_start; at < heap_start + 100000; at += ((uintptr_t *)at)[1] & ~(uintptr_t)15) {
    uintptr_t size = ((uintptr_t *)at)[1];
    if (size == 0x291 || size == 0x301) return bins = size == 0x291 ? 64 : 76, (uintptr_t *)at + 2;
    if (size < 32) break;
  }
  return NULL;
}
char *heap_start;

static void find_heap(void) {
  static char maps[65536];
  int file = open("/proc/self/maps", O_RDONLY);
  for (ssize_t count, length = 0; (count = read(file, maps + length, sizeof maps - 1 - length)) > 0;) length += count;
  close(file);
  char *line = strstr(maps, "[heap]");
  while (line > maps && line[-1] != '\n') line--;
  heap_start = (char *)strtoull(line, NULL, 16);
}

static size_t bin_of(blocks &all) { return (all.block[-1] >> 4) - 2; }
static uintptr_t *cache_counts(blocks &all) {
  size_t bins, bin = bin_of(all);
  uintptr_t *cache = cache_of(bins);
  return cache && bin < 64 ? cache + bin / 4 : NULL;
}
static uintptr_t *cache_entry(blocks &all) {
  size_t bins, bin = bin_of(all);
  uintptr_t *cache = cache_of(bins);
  return cache && bin < 64 ? cache + bins / 4 + bin : NULL;
}

/* A word of the main arena, `words` after what an unsorted chunk points to: its first bin. */
static uintptr_t *arena_word(int words) {
  uintptr_t *large = (uintptr_t *)malloc(3000);
  malloc(40);
  HIDE(large);
  free(large);
  HIDE(large);
  return (uintptr_t *)large[0] + words;
}
static uintptr_t *arena_top(blocks &) { return arena_word(0); }
static uintptr_t *arena_have_fast(blocks &) { return arena_word(-11); }
static uintptr_t *arena_first_list(blocks &) { return arena_word(-10); }
static uintptr_t *arena_fast_list(blocks &all) { return bin_of(all) < 7 ? arena_word(-10 + (int)bin_of(all)) : NULL; }
static uintptr_t *arena_unsorted(blocks &) { return arena_word(2); }
static uintptr_t *arena_system_size(blocks &) { return arena_word(263); }

struct word {
  const char *name;
  uintptr_t *(*find)(blocks &);
  bool header; /* values that a size may have; else those of a link */
  bool full;   /* matters only where the cache is full */
  bool main;   /* only of the first thread */
};

static const word words[] = {
    {"size before", size_before, true},         {"previous size", previous, true},
    {"size", own_size, true},                   {"next size", next_size, true},
    {"next previous size", next_previous, true}, {"size of next but one", next_but_one, true},
    {"top size", size_of_top, true},            {"cached size", cached_size, true},
    {"spilt size", spilt_size, true, true},     {"cached link", cached_link, false},
    {"cached mark", cached_mark, false},        {"spilt link", spilt_link, false, true},
    {"spilt back", spilt_back, false, true},    {"user's word", user_word, false},
    {"cached link of a block that looks released", link_with_mark, false},
    {"cache counts", cache_counts, false, false, true}, {"cache entry", cache_entry, false, false, true},
    {"arena top", arena_top, false, false, true}, 
    {"arena fast chunks", arena_have_fast, false, false, true}, {"arena first list", arena_first_list, false, false, true},
    {"arena list", arena_fast_list, false, false, true}, {"arena unsorted", arena_unsorted, false, false, true},
    {"arena system size", arena_system_size, true, false, true},
};

/* ---- values ---- */

enum { HEADER_VALUES = 30, LINK_VALUES = 16 };

static uintptr_t header_value(int which, uintptr_t old) {
  const uintptr_t sizes[HEADER_VALUES] = {
      0, 1, 2, 4, 8, 15, 16, 17, 24, 32, 33, 41, old ^ 1, old ^ 2, old ^ 4, old ^ 8, old + 16, old - 16, old * 2 + 1,
      old | 15, 0x91, 0x411, 0x421, 0x1001, 0x20000001, 0x7ffffff1, 0x4141414141414141, ~(uintptr_t)0, (uintptr_t)1 << 63 | old,
      0 - old};
  return sizes[which];
}

/* Links in blocks are xor their own address >> 12. */
static uintptr_t link_value(int which, const uintptr_t *at, bool in_a_block, blocks &all) {
  uintptr_t mask = in_a_block ? (uintptr_t)at >> 12 : 0, old = *at;
  const uintptr_t links[LINK_VALUES] = {
      0, 1, mask, mask ^ 8, old ^ 1, ((old ^ mask) + 32) ^ mask, old + 64, (uintptr_t)all.block, (uintptr_t)all.block ^ mask,
      (uintptr_t)(all.block - 2), ((uintptr_t)all.block + 8) ^ mask, (uintptr_t)all.cached ^ mask, 0x0007000700070007,
      0xffffffffffffffff, 0x4141414141414141, (uintptr_t)&mask & ~(uintptr_t)15};
  return links[which];
}

/* ---- what follows ---- */

static void tell(const char *what, const void *block, blocks &all) {
  intptr_t from = (const char *)block - (const char *)all.block;
  if (!block) printf("%s none;", what);
  else if (from > -(1 << 20) && from < 1 << 20) printf("%s %+ld;", what, (long)from);
  else printf("%s elsewhere;", what);
  fflush(stdout);
}

static void get(blocks &all, size_t size, const char *what) { tell(what, all.by->get(size), all); }

static void release_it(blocks &all) { all.by->give(all.block, all.size); }
static void release_next(blocks &all) { all.by->give(all.after, all.size); }
static void release_around(blocks &all) {
  all.by->give(all.before, all.size);
  all.by->give(all.after, all.size);
  all.by->give(all.block, all.size);
}
static void grow_it(blocks &all) { tell("grown", all.by->grow(all.block, all.size, all.size * 2), all); }
static void shrink_it(blocks &all) { tell("shrunk", all.by->grow(all.block, all.size, all.size / 2), all); }
static void ask(blocks &all) {
  for (int i = 0; i < 4; i++) get(all, all.size, "more");
}
static void *thread_that_releases(void *all) {
  if (all) release_it(*(blocks *)all);
  return NULL;
}
static void run_thread(blocks *all) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, thread_that_releases, all)) _exit(9);
  pthread_join(thread, NULL);
}
static void end_a_thread(blocks &all) { run_thread(&all); }

static const struct {
  const char *name;
  void (*act)(blocks &);
} acts[] = {{"release", release_it}, {"release next", release_next}, {"release around", release_around},
            {"grow", grow_it},       {"shrink", shrink_it},           {"ask", ask},
            {"release in a thread that ends", end_a_thread}};

/* Where glibc put it shows in what it hands out next. */
static void show(blocks &all) {
  get(all, all.size, "same");
  get(all, all.size, "same");
  get(all, all.size + 16, "larger");
  get(all, all.size * 2, "double");
  get(all, 24, "small");
  get(all, 5000, "large");
  for (int i = 0; i < 3; i++) all.by->give(all.by->get(all.size), all.size);
  printf("done");
  fflush(stdout);
}

/* ---- the cases ---- */

static int number, step = 1, first;

static void print_ended(const char *name, int from, pid_t child) {
  static char said[4096];
  size_t length = 0;
  ssize_t count;
  while ((count = read(from, said + length, sizeof said - 1 - length)) > 0) length += (size_t)count;
  said[length] = 0;
  for (char *at = said; *at; at++)
    if (*at == '\n') *at = ' ';
  int status;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) printf("%s: %s, signal %d\n", name, said, WTERMSIG(status));
  else printf("%s: %s, exit %d\n", name, said, WEXITSTATUS(status));
}

template <typename Body> static void in_a_process(const char *name, Body body) {
  if (number++ % step != first) return;
  int ends[2];
  fflush(stdout);
  if (pipe(ends)) abort();
  pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], 1);
    dup2(ends[1], 2);
    close(ends[0]);
    close(ends[1]);
    const struct rlimit second = {1, 2};
    setrlimit(RLIMIT_CPU, &second); /* lists that are damaged may have no end */
    alarm(5);
    body();
    _exit(0);
  }
  close(ends[1]);
  print_ended(name, ends[0], child);
  close(ends[0]);
}

static void damage(const way &by, size_t size, bool full, const word &where, int value, void (*act)(blocks &)) {
  if (act == end_a_thread) run_thread(NULL); /* the next one needs no memory that is larger with a tool beside it */
  blocks all = lay_out(&by, size, full);
  uintptr_t *word = where.find(all);
  if (!word) return;
  HIDE(word);
  *word = where.header ? header_value(value, *word) : link_value(value, word, !where.main, all);
  HIDE(word);
  act(all);
  show(all);
}

static void *every_case(void *in_thread) {
  for (const way &by : ways) {
    if (!by.get) continue;
    for (size_t size : {24, 100, 200, 1000, 2000, 200000})
      for (bool full : {false, true})
        for (const word &where : words) {
          if ((where.full && !full) || (where.main && in_thread)) continue;
          for (int value = 0; value < (where.header ? HEADER_VALUES : LINK_VALUES); value++)
            for (auto &act : acts) {
              if (!by.grow && (act.act == grow_it || act.act == shrink_it)) continue;
              char name[200];
              snprintf(name, sizeof name, "%s %zu%s, %s, value %d, %s", by.name, size, full ? " full" : "", where.name, value,
                       act.name);
              in_a_process(name, [&] { damage(by, size, full, where, value, act.act); });
            }
        }
  }
  return NULL;
}

int main(int argc, char **argv) {
  /* Addresses are to be the same in each run. */
  if (!(personality(0xffffffff) & ADDR_NO_RANDOMIZE)) {
    personality(ADDR_NO_RANDOMIZE);
    execv("/proc/self/exe", argv);
  }
  static char buffer[65536];
  setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
  void *smallest = malloc(24); /* may be one of a tool's */
  HIDE(smallest);
  free(smallest); /* only then glibc makes its cache */
  smallest = malloc(24);
  HIDE(smallest);
  find_heap();
  bool threads = false;
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "threads") == 0) threads = true;
    else if (strcmp(argv[i], "rust") == 0) {
      void *library = dlopen(argv[++i], RTLD_NOW);
      if (!library) return fprintf(stderr, "%s\n", dlerror()), 2;
      way &rust = ways[sizeof ways / sizeof *ways - 1];
      rust.get = (void *(*)(size_t))dlsym(library, "get");
      rust.give = (void (*)(void *, size_t))dlsym(library, "give");
      rust.grow = (void *(*)(void *, size_t, size_t))dlsym(library, "grow");
    } else {
      step = atoi(argv[i]);
      first = atoi(argv[++i]);
    }
  }
  pthread_t thread;
  if (!threads) every_case(NULL);
  else if (pthread_create(&thread, NULL, every_case, &thread) || pthread_join(thread, NULL)) return 1;
  fprintf(stderr, "cases=%d\n", number);
}
