/* debug: a header before and a mark after each block tell an overflow, an underflow, a second release
 * and a foreign pointer when the block comes back. It says what it saw and aborts. */
#include <string.h>

#include "allocator.h"
#include "heap.h"
#include "kernel.h"
#include "last_words.h"
#include "lock.h"
#include "move.h"

#define MAGIC_BEFORE 0xDEADBEEFu
#define MAGIC_AFTER 0xCAFEBABEu
#define MAGIC_RELEASED 0xDEADFACEu

enum { FLAG_ALIGNED = 1, FLAG_ZEROED = 2 };

/* Right before the block; the magic is last, so that the first byte written before the block hits it. */
struct header {
  char *start;    /* of the chunk that it was cut from */
  size_t size;    /* as asked for */
  uint32_t class; /* of the chunk */
  uint32_t seal;  /* of all that stands above */
  uint32_t flags;
  uint32_t magic;
};

_Static_assert(sizeof(struct header) % LEAST_ALIGNMENT == 0, "the block after it stays aligned");

/* Released blocks wait here, oldest first out: until then a second release is told for certain. */
static struct header *waiting[4096];
static size_t waiting_first, waiting_count, waiting_bytes;
#define WAITING_LIMIT ((size_t)8 << 20)

static struct header *header_of(void *block) { return (struct header *)block - 1; }

static uint32_t seal_of(const struct header *header) {
  uint64_t mixed = (uintptr_t)header->start * 31 + header->size * 17 + header->class;
  mixed *= 0x9E3779B97F4A7C15ull;
  return (uint32_t)(mixed >> 32);
}

static uint32_t mark_after(const struct header *header) {
  uint32_t mark;
  memcpy(&mark, (const char *)(header + 1) + header->size, sizeof mark);
  return mark;
}

static struct chunk chunk_of(const struct header *header) {
  size_t bytes = (size_t)((const char *)(header + 1) - header->start) + header->size + sizeof MAGIC_AFTER;
  return (struct chunk){header->start, round_up(bytes, PAGE), header->class, false};
}

void *allocator_allocate(size_t size, size_t alignment, bool zeroed) {
  size_t room = sizeof(struct header) + size + sizeof MAGIC_AFTER;
  /* In a segment the header may stand anywhere, so an alignment costs up to itself. */
  size_t gap = alignment > LEAST_ALIGNMENT ? alignment : 0;
  size_t offset = alignment <= sizeof(struct header) ? sizeof(struct header) : alignment < PAGE ? alignment : PAGE;
  bool small = room + gap <= LARGEST_SMALL;
  lock_take();
  struct chunk chunk = small ? heap_take_small(room + gap)
                             : heap_take_large(offset + size + sizeof MAGIC_AFTER, alignment, offset);
  lock_release();
  if (!chunk.start) return NULL;
  char *block = small ? (char *)round_up((uintptr_t)chunk.start + sizeof(struct header), alignment)
                      : chunk.start + offset;
  if (zeroed && !chunk.zeroed) memset(block, 0, size);
  struct header *header = header_of(block);
  header->start = chunk.start;
  header->size = size;
  header->class = chunk.class;
  header->seal = seal_of(header);
  header->flags = (alignment > LEAST_ALIGNMENT ? FLAG_ALIGNED : 0) | (zeroed ? FLAG_ZEROED : 0);
  header->magic = MAGIC_BEFORE;
  memcpy(block + size, &(uint32_t){MAGIC_AFTER}, sizeof MAGIC_AFTER);
  return block;
}

static struct words begin(const char *function, const void *block) {
  struct words words = {.length = 0};
  say_text(&words, "debug allocator: ");
  say_text(&words, function);
  say_text(&words, "(");
  say_hex(&words, (uintptr_t)block, 1);
  say_text(&words, "): ");
  return words;
}

static _Noreturn void complain(const char *function, const void *block, const char *what) {
  struct words words = begin(function, block);
  say_text(&words, what);
  last_words(&words);
}

/* Four bytes of anybody's memory; false where nothing can be read. */
static bool read_word(const void *address, uint32_t *word) {
  struct { void *start; size_t bytes; } to = {word, sizeof *word}, from = {(void *)address, sizeof *word};
  long self = kernel(SYS_getpid, 0, 0, 0, 0, 0, 0);
  return kernel(SYS_process_vm_readv, self, (long)&to, 1, (long)&from, 1, 0) == (long)sizeof *word;
}

static _Noreturn void complain_of_magic(const char *function, const void *block, const char *what) {
  struct words words = begin(function, block);
  uint32_t magic;
  say_text(&words, what);
  if (read_word((const char *)block - sizeof magic, &magic)) {
    say_text(&words, ", bad magic ");
    say_hex(&words, magic, 8);
    say_text(&words, " where ");
    say_hex(&words, MAGIC_BEFORE, 8);
    say_text(&words, " should stand");
  } else say_text(&words, ", and nothing can be read before it");
  last_words(&words);
}

static _Noreturn void complain_of_mark(const char *function, const struct header *header) {
  struct words words = begin(function, header + 1);
  say_text(&words, "overflow of a block of ");
  say_number(&words, header->size);
  say_text(&words, " bytes, ");
  say_hex(&words, mark_after(header), 8);
  say_text(&words, " where ");
  say_hex(&words, MAGIC_AFTER, 8);
  say_text(&words, " should stand");
  last_words(&words);
}

static _Noreturn void complain_of_release(const char *function, const struct header *header) {
  struct words words = begin(function, header + 1);
  say_text(&words, "double free of a block of ");
  say_number(&words, header->size);
  say_text(&words, " bytes");
  last_words(&words);
}

/* The header of a live and whole block; does not return for anything else. Wants the lock. */
static struct header *judge(void *block, const char *function) {
  struct header *header = header_of(block);
  switch (heap_owner((uintptr_t)header, (uintptr_t)block)) {
    case OWNER_NOBODY: complain_of_magic(function, block, "foreign pointer");
    case OWNER_LARGE_RELEASED: complain(function, block, "double free of a large block");
    default: break;
  }
  if ((uintptr_t)block % LEAST_ALIGNMENT != 0) complain(function, block, "pointer into the middle of a block");
  if (header->magic == MAGIC_RELEASED) complain_of_release(function, header);
  bool sealed = header->seal == seal_of(header);
  if (sealed != (header->magic == MAGIC_BEFORE)) complain_of_magic(function, block, "underflow of a block");
  if (!sealed) complain_of_magic(function, block, "pointer to no start of a block");
  if (mark_after(header) != MAGIC_AFTER) complain_of_mark(function, header);
  return header;
}

static void oldest_goes(void) {
  struct header *header = waiting[waiting_first];
  waiting_first = (waiting_first + 1) % (sizeof waiting / sizeof *waiting);
  waiting_count--;
  waiting_bytes -= header->size;
  heap_give_back(chunk_of(header), (uintptr_t)(header + 1));
}

void allocator_release(void *block, const char *function) {
  lock_take();
  struct header *header = judge(block, function);
  if (header->class == CLASS_LARGE) heap_give_back(chunk_of(header), (uintptr_t)block);
  else {
    header->magic = MAGIC_RELEASED;
    if (waiting_count == sizeof waiting / sizeof *waiting) oldest_goes();
    waiting[(waiting_first + waiting_count++) % (sizeof waiting / sizeof *waiting)] = header;
    waiting_bytes += header->size;
    while (waiting_bytes > WAITING_LIMIT) oldest_goes();
  }
  lock_release();
}

size_t allocator_usable(void *block, const char *function) {
  lock_take();
  size_t size = judge(block, function)->size;
  lock_release();
  return size;
}

void *allocator_resize(void *block, size_t size) {
  return move_block(block, allocator_usable(block, "realloc"), size);
}
