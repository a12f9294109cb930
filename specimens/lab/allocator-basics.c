// What C, POSIX and Linux demand of a malloc, asked of the one that this process runs on. Prints a
// line for each demand, `name: ok` or `name: what is wrong`. With the name of one it prints that one
// alone, with `figures` what can be measured instead, `name = bytes`.

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// The compiler knows what malloc does and would answer in its place.
static void *volatile hidden_pointer;
static void *hidden(void *pointer) {
  hidden_pointer = pointer;
  return hidden_pointer;
}
static volatile size_t huge_size = (size_t)PTRDIFF_MAX + 1;

static char wrong[200];
#define FAIL(...) return snprintf(wrong, sizeof wrong, __VA_ARGS__), false

static void fill(void *block, size_t size, unsigned seed) {
  for (size_t i = 0; i < size; i++) ((unsigned char *)block)[i] = (unsigned char)(seed + i * 7);
}

static bool is_filled(const void *block, size_t size, unsigned seed) {
  for (size_t i = 0; i < size; i++)
    if (((const unsigned char *)block)[i] != (unsigned char)(seed + i * 7)) return false;
  return true;
}

static uint32_t next_random(uint32_t *state) {
  *state = *state * 1664525 + 1013904223;
  return *state >> 8;
}

// The largest power of two that every block of these sizes is aligned to, at most `most`.
static size_t measured_alignment(size_t most) {
  uintptr_t all = most;
  void *blocks[400];
  for (size_t size = 0; size < 400; size++) {
    blocks[size] = hidden(malloc(size));
    all |= (uintptr_t)blocks[size];
  }
  for (size_t size = 4096; size <= 1 << 22; size *= 2) {
    void *block = hidden(malloc(size));
    all |= (uintptr_t)block;
    free(block);
  }
  for (size_t i = 0; i < 400; i++) free(blocks[i]);
  return all & -all;
}

static bool alignment(void) {
  size_t least = measured_alignment(_Alignof(max_align_t));
  if (least < _Alignof(max_align_t)) FAIL("aligned to %zu, max_align_t wants %zu", least, _Alignof(max_align_t));
  return true;
}

static bool zero_size(void) {
  void *one = hidden(malloc(0)), *other = hidden(malloc(0)), *array = hidden(calloc(0, 8));
  if (!one || !other || !array) FAIL("malloc(0) gave no block");
  if (one == other || one == array) FAIL("two blocks of no bytes have one address");
  free(one);
  free(other);
  free(array);
  free(NULL);
  return true;
}

static bool huge(void) {
  size_t sizes[] = {huge_size, SIZE_MAX, SIZE_MAX - 15, SIZE_MAX - 4096};
  for (size_t i = 0; i < 4; i++) {
    errno = 0;
    if (hidden(malloc(sizes[i]))) FAIL("malloc(%zu) gave a block", sizes[i]);
    if (errno != ENOMEM) FAIL("malloc(%zu) left errno at %d", sizes[i], errno);
    if (hidden(memalign(4096, sizes[i]))) FAIL("memalign(4096, %zu) gave a block", sizes[i]);
  }
  return true;
}

static bool calloc_zeroes(void) {
  for (size_t size = 1; size < 300000; size = size * 2 + 5) {
    void *dirty = hidden(malloc(size));
    memset(dirty, 0xff, size);
    free(dirty);
    unsigned char *clean = hidden(calloc(size, 1));
    for (size_t i = 0; i < size; i++)
      if (clean[i]) FAIL("byte %zu of %zu is 0x%x", i, size, clean[i]);
    free(clean);
  }
  return true;
}

static bool calloc_overflow(void) {
  errno = 0;
  if (hidden(calloc(huge_size, 2))) FAIL("calloc(2^63, 2) gave a block");
  if (errno != ENOMEM) FAIL("errno is %d", errno);
  if (hidden(calloc(huge_size / 2 + 2, 4))) FAIL("calloc(2^62 + 2, 4) gave a block");
  void *block = hidden(malloc(16));
  if (hidden(reallocarray(block, huge_size, 2))) FAIL("reallocarray(2^63, 2) gave a block");
  free(block);
  return true;
}

static bool realloc_grows(void) {
  size_t size = 1;
  unsigned char *block = hidden(realloc(NULL, size));
  fill(block, size, 3);
  while (size < 3 << 20) {
    size_t larger = size + size / 2 + 1;
    unsigned char *grown = hidden(realloc(block, larger));
    if (!grown) FAIL("no memory for %zu", larger);
    if (!is_filled(grown, size, 3)) FAIL("bytes are lost from %zu to %zu", size, larger);
    if ((uintptr_t)grown % _Alignof(max_align_t)) FAIL("not aligned at %zu", larger);
    block = grown;
    size = larger;
    fill(block, size, 3);
  }
  free(block);
  return true;
}

static bool realloc_shrinks(void) {
  size_t size = 3 << 20;
  unsigned char *block = hidden(malloc(size));
  fill(block, size, 9);
  while (size > 1) {
    size_t smaller = size / 2;
    unsigned char *shrunk = hidden(realloc(block, smaller));
    if (!shrunk || !is_filled(shrunk, smaller, 9)) FAIL("bytes are lost from %zu to %zu", size, smaller);
    block = shrunk;
    size = smaller;
  }
  free(block);
  return true;
}

static bool realloc_fails_well(void) {
  unsigned char *block = hidden(malloc(100));
  fill(block, 100, 5);
  errno = 0;
  if (hidden(realloc(block, huge_size))) FAIL("realloc to 2^63 gave a block");
  if (errno != ENOMEM) FAIL("errno is %d", errno);
  if (!is_filled(block, 100, 5)) FAIL("the old block is not what it was");
  free(block);
  return true;
}

static bool aligned(void) {
  for (size_t power = 8; power <= 16 << 20; power *= 2) {
    for (size_t size = 0; size < 200000; size = size * 3 + 1) {
      void *blocks[3] = {NULL, NULL, NULL};
      if (posix_memalign(&blocks[0], power, size)) FAIL("posix_memalign(%zu, %zu) failed", power, size);
      blocks[1] = hidden(aligned_alloc(power, size));
      blocks[2] = hidden(memalign(power, size));
      for (int i = 0; i < 3; i++) {
        if (!blocks[i] || (uintptr_t)blocks[i] % power) FAIL("%p for %zu bytes aligned to %zu", blocks[i], size, power);
        fill(blocks[i], size, (unsigned)i);
      }
      for (int i = 0; i < 3; i++)
        if (!is_filled(blocks[i], size, (unsigned)i)) FAIL("blocks of %zu aligned to %zu overlap", size, power);
      unsigned char *grown = hidden(realloc(blocks[0], size + 1000));
      if (!grown || !is_filled(grown, size, 0)) FAIL("realloc of %zu aligned to %zu loses bytes", size, power);
      free(grown);
      free(blocks[1]);
      free(blocks[2]);
    }
  }
  void *pages[2] = {hidden(valloc(100)), hidden(pvalloc(100))};
  if ((uintptr_t)pages[0] % 4096 || (uintptr_t)pages[1] % 4096) FAIL("valloc or pvalloc gave no page");
  memset(pages[1], 1, 4096);
  free(pages[0]);
  free(pages[1]);
  return true;
}

static bool bad_alignment(void) {
  void *block = &block;
  errno = 77;
  if (posix_memalign(&block, 24, 10) != EINVAL) FAIL("posix_memalign takes 24");
  if (posix_memalign(&block, 4, 10) != EINVAL) FAIL("posix_memalign takes 4");
  if (posix_memalign(&block, 0, 10) != EINVAL) FAIL("posix_memalign takes 0");
  if (posix_memalign(&block, 64, huge_size) != ENOMEM) FAIL("posix_memalign has 2^63 bytes");
  if (block != &block) FAIL("posix_memalign wrote its result though it failed");
  if (errno != 77) FAIL("posix_memalign set errno to %d", errno);
  return true;
}

static bool usable(void) {
  if (malloc_usable_size(NULL) != 0) FAIL("NULL has usable bytes");
  for (size_t size = 0; size < 400000; size = size * 2 + 3) {
    void *block = hidden(malloc(size)), *neighbour = hidden(malloc(size));
    size_t bytes = malloc_usable_size(block);
    if (bytes < size) FAIL("%zu usable bytes of %zu", bytes, size);
    fill(neighbour, size, 1);
    if (bytes < 1 << 20) fill(block, bytes, 2); // all of it is the owner's
    if (!is_filled(neighbour, size, 1)) FAIL("the usable bytes of %zu reach into the next block", size);
    free(block);
    free(neighbour);
  }
  return true;
}

static bool errno_kept(void) {
  for (size_t size = 10; size < 1 << 23; size *= 30) {
    void *block = hidden(malloc(size));
    errno = 77;
    free(block);
    if (errno != 77) FAIL("free of %zu bytes set errno to %d", size, errno);
  }
  return true;
}

static bool blocks_apart(void) {
  enum { BLOCKS = 3000 };
  static unsigned char *blocks[BLOCKS];
  static size_t sizes[BLOCKS];
  uint32_t random = 42;
  for (int round = 0; round < 4; round++) {
    for (unsigned i = 0; i < BLOCKS; i++) {
      if (blocks[i]) {
        if (!is_filled(blocks[i], sizes[i], i)) FAIL("a block of %zu bytes has changed", sizes[i]);
        if (next_random(&random) % 2) continue;
        free(blocks[i]);
      }
      sizes[i] = next_random(&random) % (next_random(&random) % 20 == 0 ? 60000 : 500);
      blocks[i] = hidden(malloc(sizes[i]));
      fill(blocks[i], sizes[i], i);
    }
  }
  for (unsigned i = 0; i < BLOCKS; i++) free(blocks[i]);
  return true;
}

// Blocks go from thread to thread through one table of slots.
enum { SLOTS = 64, TURNS = 4000, THREADS = 4 };
static struct slot { size_t size; unsigned seed; unsigned char bytes[]; } *_Atomic slots[SLOTS];
static _Atomic bool torn, stop;

static void *exchange_blocks(void *seed) {
  uint32_t random = (uint32_t)(uintptr_t)seed;
  for (int turn = 0; turn < TURNS && !stop; turn++) {
    size_t size = next_random(&random) % (turn % 200 == 0 ? 200000 : 700);
    struct slot *fresh = malloc(sizeof *fresh + size);
    *fresh = (struct slot){size, next_random(&random)};
    fill(fresh->bytes, size, fresh->seed);
    struct slot *old = atomic_exchange(&slots[next_random(&random) % SLOTS], fresh);
    if (!old) continue;
    if (!is_filled(old->bytes, old->size, old->seed)) torn = true;
    if (turn % 3 == 0) old = realloc(old, sizeof *old + old->size / 2 + 1);
    free(old);
  }
  return NULL;
}

static void empty_slots(void) {
  for (int i = 0; i < SLOTS; i++) free(atomic_exchange(&slots[i], NULL));
}

static bool threads(void) {
  pthread_t started[THREADS];
  for (uintptr_t i = 0; i < THREADS; i++) pthread_create(&started[i], NULL, exchange_blocks, (void *)(i + 1));
  for (int i = 0; i < THREADS; i++) pthread_join(started[i], NULL);
  empty_slots();
  if (torn) FAIL("a block changed on its way between threads");
  return true;
}

static void *exchange_until_stopped(void *seed) {
  while (!stop) exchange_blocks(seed);
  return NULL;
}

static bool forks(void) {
  pthread_t started[2];
  for (uintptr_t i = 0; i < 2; i++) pthread_create(&started[i], NULL, exchange_until_stopped, (void *)(i + 9));
  int failed = 0;
  for (int i = 0; i < 40 && !failed; i++) {
    pid_t child = fork();
    if (child == 0) {
      alarm(20); // a lock that nobody will ever free
      for (size_t size = 1; size < 300000; size = size * 3 + 1) free(hidden(calloc(size, 1)));
      _exit(0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    failed = status;
  }
  stop = true;
  for (int i = 0; i < 2; i++) pthread_join(started[i], NULL);
  stop = false;
  empty_slots();
  if (failed) FAIL("a forked child ended with status 0x%x", failed);
  return true;
}

// Distance of two equal blocks that were asked for in a row, the least of several.
static size_t stride(size_t size) {
  uintptr_t blocks[9], least = UINTPTR_MAX;
  for (int i = 0; i < 9; i++) blocks[i] = (uintptr_t)hidden(malloc(size));
  for (int i = 1; i < 9; i++) {
    uintptr_t apart = blocks[i] > blocks[i - 1] ? blocks[i] - blocks[i - 1] : blocks[i - 1] - blocks[i];
    if (apart < least) least = apart;
  }
  for (int i = 0; i < 9; i++) free((void *)blocks[i]);
  return least;
}

// What a block costs beside its bytes: of all sizes that one step of the allocator serves, the largest.
static size_t overhead(void) {
  size_t least = SIZE_MAX;
  for (size_t size = 64; size < 160; size++) {
    size_t extra = stride(size) - size;
    if (extra < least) least = extra;
  }
  size_t page = stride(4080) - 4080; // where blocks are whole pages
  return page < least ? page : least;
}

static void figures(void) {
  printf("overhead = %zu\n", overhead());
  printf("stride-1 = %zu\nstride-64 = %zu\nstride-4096 = %zu\n", stride(1), stride(64), stride(4096));
  printf("usable-1 = %zu\nusable-4096 = %zu\n", malloc_usable_size(hidden(malloc(1))),
         malloc_usable_size(hidden(malloc(4096))));
  printf("alignment = %zu\n", measured_alignment(4096));
}

int main(int argc, char **argv) {
  const struct {
    const char *name;
    bool (*holds)(void);
  } demands[] = {
      {"alignment", alignment},         {"zero-size", zero_size},
      {"huge", huge},                   {"calloc-zeroes", calloc_zeroes},
      {"calloc-overflow", calloc_overflow}, {"realloc-grows", realloc_grows},
      {"realloc-shrinks", realloc_shrinks}, {"realloc-fails-well", realloc_fails_well},
      {"aligned", aligned},             {"bad-alignment", bad_alignment},
      {"usable", usable},               {"errno-kept", errno_kept},
      {"blocks-apart", blocks_apart},   {"threads", threads},
      {"forks", forks},
  };
  setvbuf(stdout, NULL, _IONBF, 0); // no block of ours among those that are looked at
  if (argc > 1 && strcmp(argv[1], "figures") == 0) return figures(), 0;
  for (size_t i = 0; i < sizeof demands / sizeof *demands; i++) {
    if (argc > 1 && strcmp(argv[1], demands[i].name) != 0) continue;
    printf("%s: ", demands[i].name);
    printf("%s\n", demands[i].holds() ? "ok" : wrong);
  }
  return 0;
}
