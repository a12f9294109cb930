#include "built.h"

#include <errno.h>
#include <string.h>

#include "ledger_format.h"

#define PAGE 4096
#define PLAIN_ALIGNMENT 16 /* what every malloc gives on this machine */

static void *aligned_in(const struct allocator *a, size_t alignment, size_t size) {
  if (alignment < sizeof(void *)) alignment = sizeof(void *);
  if (a->posix_memalign) {
    void *result = NULL;
    int error = a->posix_memalign(&result, alignment, size);
    if (error) errno = error;
    return error ? NULL : result;
  }
  if (a->memalign) return a->memalign(alignment, size);
  if (a->aligned_alloc) return a->aligned_alloc(alignment, (size + alignment - 1) & ~(alignment - 1));
  errno = ENOMEM;
  return NULL;
}

static int posix_memalign_in(const struct allocator *a, void **out, size_t alignment, size_t size) {
  if (alignment < sizeof(void *) || (alignment & (alignment - 1))) return EINVAL;
  int before = errno;
  void *result = aligned_in(a, alignment, size);
  errno = before;
  if (!result) return ENOMEM;
  *out = result;
  return 0;
}

static void *reallocarray_in(const struct allocator *a, void *pointer, size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) {
    errno = ENOMEM;
    return NULL;
  }
  return a->realloc(pointer, bytes);
}

/* ---- operator new, as the C++ library has it over malloc ---- */

static void give_up(void) {
  void (*bad_alloc)(void) = (void (*)(void))next_symbol("_ZSt17__throw_bad_allocv");
  if (bad_alloc) bad_alloc();
  __builtin_trap();
}

static void *new_in(const struct allocator *a, size_t size, size_t alignment, bool nothrow) {
  if (size == 0) size = 1;
  for (;;) {
    void *result = alignment > PLAIN_ALIGNMENT ? aligned_in(a, alignment, size) : a->malloc(size);
    if (result) return result;
    typedef void (*handler)(void);
    handler (*get)(void) = (handler (*)(void))next_symbol("_ZSt15get_new_handlerv");
    handler help = get ? get() : NULL;
    if (help) help();
    else if (nothrow) return NULL;
    else give_up();
  }
}

/* ---- Rust: tikv-jemallocator, mimalloc, tcmalloc, scudo, and std's System for all others ---- */

static int jemalloc_flags(size_t size, size_t alignment) {
  return alignment <= PLAIN_ALIGNMENT && alignment <= size ? 0 : __builtin_ctzll(alignment);
}

#define MALLOCX_ZERO 0x40

static bool is_jemalloc(const struct allocator *a) { return a->mallocx && a->rallocx && a->sdallocx; }
static bool is_mimalloc(const struct allocator *a) {
  return a->mi_malloc_aligned && a->mi_zalloc_aligned && a->mi_realloc_aligned && a->mi_free;
}
static bool is_tcmalloc(const struct allocator *a) { return a->tc_memalign && a->tc_free; }

static void *rust_alloc_in(const struct allocator *a, size_t size, size_t alignment) {
  if (is_jemalloc(a)) {
    int flags = jemalloc_flags(size, alignment);
    return flags ? a->mallocx(size, flags) : a->malloc(size);
  }
  if (is_mimalloc(a)) return a->mi_malloc_aligned(size, alignment);
  if (is_tcmalloc(a)) return a->tc_memalign(alignment, size);
  bool plain = alignment <= PLAIN_ALIGNMENT && (alignment <= size || a->known == ALLOCATOR_SCUDO);
  return plain ? a->malloc(size) : aligned_in(a, alignment, size);
}

static void *rust_alloc_zeroed_in(const struct allocator *a, size_t size, size_t alignment) {
  if (is_jemalloc(a)) {
    int flags = jemalloc_flags(size, alignment);
    return flags ? a->mallocx(size, flags | MALLOCX_ZERO) : a->calloc(1, size);
  }
  if (is_mimalloc(a)) return a->mi_zalloc_aligned(size, alignment);
  bool system = !is_tcmalloc(a) && a->known != ALLOCATOR_SCUDO;
  if (system && alignment <= PLAIN_ALIGNMENT && alignment <= size) return a->calloc(size, 1);
  void *result = rust_alloc_in(a, size, alignment);
  return result ? memset(result, 0, size) : NULL;
}

static void rust_dealloc_in(const struct allocator *a, void *pointer, size_t size, size_t alignment) {
  if (is_jemalloc(a)) a->sdallocx(pointer, size, jemalloc_flags(size, alignment));
  else if (is_mimalloc(a)) a->mi_free(pointer);
  else if (is_tcmalloc(a)) a->tc_free(pointer);
  else a->free(pointer);
}

static void *rust_realloc_in(const struct allocator *a, void *pointer, size_t size, size_t alignment, size_t new_size) {
  if (is_jemalloc(a)) {
    int flags = jemalloc_flags(new_size, alignment);
    return flags ? a->rallocx(pointer, new_size, flags) : a->realloc(pointer, new_size);
  }
  if (is_mimalloc(a)) return a->mi_realloc_aligned(pointer, new_size, alignment);
  bool system = !is_tcmalloc(a) && a->known != ALLOCATOR_SCUDO;
  if (system && alignment <= PLAIN_ALIGNMENT && alignment <= new_size) return a->realloc(pointer, new_size);
  void *result = rust_alloc_in(a, new_size, alignment);
  if (!result) return NULL;
  memcpy(result, pointer, size < new_size ? size : new_size);
  rust_dealloc_in(a, pointer, size, alignment);
  return result;
}

/* ---- one of each for every slot ---- */

#define SLOTS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)
_Static_assert(ALLOCATOR_SLOTS == 12, "a set of functions for each slot");

#define FUNCTIONS(n)                                                                                                 \
  static void *reallocarray_##n(void *p, size_t count, size_t size) { return reallocarray_in(&allocators[n], p, count, size); } \
  static void *memalign_##n(size_t alignment, size_t size) { return aligned_in(&allocators[n], alignment, size); }    \
  static int posix_memalign_##n(void **out, size_t alignment, size_t size) {                                          \
    return posix_memalign_in(&allocators[n], out, alignment, size);                                                   \
  }                                                                                                                  \
  static void *valloc_##n(size_t size) { return aligned_in(&allocators[n], PAGE, size); }                             \
  static void *pvalloc_##n(size_t size) { return aligned_in(&allocators[n], PAGE, (size + PAGE - 1) & ~(size_t)(PAGE - 1)); } \
  static void *new_plain_##n(size_t size) { return new_in(&allocators[n], size, 0, false); }                          \
  static void *new_nothrow_##n(size_t size) { return new_in(&allocators[n], size, 0, true); }                         \
  static void *new_aligned_##n(size_t size, size_t alignment) { return new_in(&allocators[n], size, alignment, false); } \
  static void *new_aligned_nothrow_##n(size_t size, size_t alignment) { return new_in(&allocators[n], size, alignment, true); } \
  static void *rust_alloc_##n(size_t size, size_t alignment) { return rust_alloc_in(&allocators[n], size, alignment); } \
  static void *rust_alloc_zeroed_##n(size_t size, size_t alignment) {                                                 \
    return rust_alloc_zeroed_in(&allocators[n], size, alignment);                                                     \
  }                                                                                                                  \
  static void rust_dealloc_##n(void *p, size_t size, size_t alignment) { rust_dealloc_in(&allocators[n], p, size, alignment); } \
  static void *rust_realloc_##n(void *p, size_t size, size_t alignment, size_t new_size) {                            \
    return rust_realloc_in(&allocators[n], p, size, alignment, new_size);                                             \
  }
SLOTS(FUNCTIONS)

#define ROW(n)                                                                                        \
  {.reallocarray = reallocarray_##n, .memalign = memalign_##n, .posix_memalign = posix_memalign_##n,  \
   .valloc = valloc_##n, .pvalloc = pvalloc_##n, .new_plain = new_plain_##n,                          \
   .new_nothrow = new_nothrow_##n, .new_aligned = new_aligned_##n,                                    \
   .new_aligned_nothrow = new_aligned_nothrow_##n,                                                    \
   .rust = {rust_alloc_##n, rust_alloc_zeroed_##n, rust_dealloc_##n, rust_realloc_##n}},
const struct built_functions built_functions[ALLOCATOR_SLOTS] = {SLOTS(ROW)};
