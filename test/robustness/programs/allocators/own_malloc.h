/* A small honest allocator: a free list of power-of-two classes, a header before each block that knows its
 * size and proves that the block is its own; it aborts on what is not. */
#ifndef OWN_MALLOC_H
#define OWN_MALLOC_H
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define OWN_MARK 0x6f776e206d616c6cull
struct own_header {
  uint64_t mark;
  uint32_t shift; /* of the class */
  uint32_t back;  /* bytes from the class block's start to the caller's */
};
struct own_free {
  struct own_free *next;
};
static pthread_mutex_t own_lock = PTHREAD_MUTEX_INITIALIZER;
static struct own_free *own_lists[48];
static char *own_arena;
static size_t own_left;
static long own_calls;

static void own_die(const char *text) {
  write(2, text, strlen(text));
  abort();
}

static void *own_take(size_t alignment, size_t size) {
  if (size > (size_t)1 << 40) return errno = ENOMEM, (void *)NULL;
  /* A callee may use aligned SSE stores on its stack: whoever calls in must have kept it aligned. */
  if (((uintptr_t)__builtin_frame_address(0) & 15) != 0) own_die("own malloc: misaligned stack\n");
  size_t need = size + alignment + sizeof(struct own_header);
  uint32_t shift = 6;
  while (((size_t)1 << shift) < need) shift++;
  pthread_mutex_lock(&own_lock);
  own_calls++;
  char *whole = (char *)own_lists[shift];
  if (whole) {
    own_lists[shift] = own_lists[shift]->next;
  } else {
    size_t bytes = (size_t)1 << shift;
    if (own_left < bytes) {
      size_t piece = bytes > (1 << 20) ? bytes : 1 << 20;
      own_arena = (char *)mmap(NULL, piece, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      own_left = piece;
      if (own_arena == MAP_FAILED) own_left = 0, own_die("own malloc: no memory\n");
    }
    whole = own_arena;
    own_arena += bytes;
    own_left -= bytes;
  }
  pthread_mutex_unlock(&own_lock);
  char *block = (char *)(((uintptr_t)whole + sizeof(struct own_header) + alignment - 1) & ~(alignment - 1));
  struct own_header *header = (struct own_header *)block - 1;
  header->mark = OWN_MARK;
  header->shift = shift;
  header->back = block - whole;
  return block;
}

static struct own_header *own_header_of(void *block) {
  struct own_header *header = (struct own_header *)block - 1;
  if (header->mark != OWN_MARK) own_die("own malloc: not my block\n");
  return header;
}

static void own_give(void *block) {
  if (block == NULL) return;
  struct own_header *header = own_header_of(block);
  header->mark = 0;
  struct own_free *whole = (struct own_free *)((char *)block - header->back);
  pthread_mutex_lock(&own_lock);
  whole->next = own_lists[header->shift];
  own_lists[header->shift] = whole;
  pthread_mutex_unlock(&own_lock);
}

static size_t own_room(void *block) {
  struct own_header *header = own_header_of(block);
  return ((size_t)1 << header->shift) - header->back;
}
#endif
