#include "heap.h"

#include "allocator.h"
#include "kernel.h"
#include "set.h"

/* Steps of 16 up to 1 KiB, then four to a doubling. */
#define FINE_LIMIT ((size_t)1024)
#define FINE_CLASSES (FINE_LIMIT / 16)
#define CLASSES (FINE_CLASSES + 4 * 7)

/* What the set holds of an address, in the bits that a multiple of 16 leaves free. */
enum { KEY_SEGMENT, KEY_LARGE, KEY_LARGE_RELEASED };

/* Leaves alone what its last owner kept at its start. */
struct free_chunk {
  char header[32];
  struct free_chunk *next;
};

static struct free_chunk *free_chunks[CLASSES];
static char *next, *end;

/* The large chunks given back last, oldest overwritten first. */
static uintptr_t released[4096];
static size_t released_count;

static uint32_t class_of(size_t bytes) {
  if (bytes <= FINE_LIMIT) return (uint32_t)((bytes + 15) / 16 - 1);
  unsigned doubling = 63 - (unsigned)__builtin_clzl(bytes - 1); /* 10 for 1025…2048 */
  size_t quarter = (bytes - 1 - ((size_t)1 << doubling)) >> (doubling - 2);
  return (uint32_t)(FINE_CLASSES + 4 * (doubling - 10) + quarter);
}

static size_t bytes_of(uint32_t class) {
  if (class < FINE_CLASSES) return (class + 1) * (size_t)16;
  size_t doubling = (class - FINE_CLASSES) / 4 + 10, quarter = (class - FINE_CLASSES) % 4;
  return ((size_t)1 << doubling) + (quarter + 1) * ((size_t)1 << (doubling - 2));
}

static bool open_segment(void) {
  char *segment = map_aligned(SEGMENT_BYTES, SEGMENT_BYTES, 0);
  if (!segment) return false;
  if (!set_add((uintptr_t)segment | KEY_SEGMENT)) {
    unmap_pages(segment, SEGMENT_BYTES);
    return false;
  }
  next = segment;
  end = segment + SEGMENT_BYTES;
  return true;
}

struct chunk heap_take_small(size_t bytes) {
  uint32_t class = class_of(bytes);
  struct chunk chunk = {NULL, bytes_of(class), class, false};
  struct free_chunk *reused = free_chunks[class];
  if (reused) {
    free_chunks[class] = reused->next;
    chunk.start = (char *)reused;
    return chunk;
  }
  if ((size_t)(end - next) < chunk.bytes && !open_segment()) return chunk;
  chunk.start = next;
  chunk.zeroed = true;
  next += chunk.bytes;
  return chunk;
}

struct chunk heap_take_large(size_t bytes, size_t alignment, size_t offset) {
  struct chunk chunk = {NULL, round_up(bytes, PAGE), CLASS_LARGE, true};
  char *start = alignment > PAGE ? map_aligned(chunk.bytes, alignment, offset) : map_pages(chunk.bytes);
  if (!start) return chunk;
  if (!set_add((uintptr_t)(start + offset) | KEY_LARGE)) {
    unmap_pages(start, chunk.bytes);
    return chunk;
  }
  set_remove((uintptr_t)(start + offset) | KEY_LARGE_RELEASED);
  chunk.start = start;
  return chunk;
}

void heap_give_back(struct chunk chunk, uintptr_t key) {
  if (chunk.class != CLASS_LARGE) {
    struct free_chunk *given = (struct free_chunk *)chunk.start;
    given->next = free_chunks[chunk.class];
    free_chunks[chunk.class] = given;
    return;
  }
  unmap_pages(chunk.start, chunk.bytes);
  set_remove(key | KEY_LARGE);
  uintptr_t *oldest = &released[released_count++ % (sizeof released / sizeof *released)];
  if (*oldest) set_remove(*oldest | KEY_LARGE_RELEASED);
  *oldest = set_add(key | KEY_LARGE_RELEASED) ? key : 0;
}

enum owner heap_owner(uintptr_t header, uintptr_t key) {
  if (key % LEAST_ALIGNMENT == 0) {
    if (set_has(key | KEY_LARGE)) return OWNER_LARGE;
    if (set_has(key | KEY_LARGE_RELEASED)) return OWNER_LARGE_RELEASED;
  }
  return set_has((header & ~(SEGMENT_BYTES - 1)) | KEY_SEGMENT) ? OWNER_SEGMENT : OWNER_NOBODY;
}
