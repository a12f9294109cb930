/* The wrappers of redirected entries, as a trace wants them; redirected.c includes this in the tracing library. */
#include "writer.h"

#define BORN(pointer, size)                                                                         \
  if (pointer) birth_around(pointer, size, hook->world, hook->function, place.return_address, place.stack)
#define PASS(pointer_, call)                                                                        \
  uint64_t before = writer.passing;                                                                 \
  if (pointer_ && trace_release(pointer_)) writer.passing = (uintptr_t)pointer_;                    \
  call;                                                                                             \
  writer.passing = before;
#define MOVE(pointer_, size_, call)                                                                 \
  uint64_t ticks = trace_ticks(), before = writer.passing;                                          \
  bool inside = pointer_ && before == (uintptr_t)pointer_;                                          \
  if (pointer_) writer.passing = (uintptr_t)pointer_;                                               \
  void *result = call;                                                                              \
  writer.passing = before;                                                                          \
  if (inside) return result;                                                                        \
  if (pointer_ && (result || (size_) == 0)) release_at((uintptr_t)pointer_, result ? TRACE_MOVE : TRACE_FAR_RELEASE, ticks); \
  BORN(result, size_);                                                                              \
  return result;

#define SPECIAL(name, shown, world, need, kind, count, family)
#define ALLOCATE(name, shown, world_, need, parameters, arguments, size, alignment, family)         \
  static void *hooked_##name WITH_HOOK parameters {                                                 \
    struct call_place place = preserved_place((struct call_place)HERE);                             \
    void *result = ((void *(*)parameters)hook->original)arguments;                                  \
    BORN(result, size);                                                                             \
    return result;                                                                                  \
  }
#define RELEASE(name, shown, world_, need, parameters, arguments, pointer, size, alignment, family) \
  static void hooked_##name WITH_HOOK parameters {                                                  \
    preserved_place((struct call_place)HERE);                                                       \
    PASS(pointer, ((void (*)parameters)hook->original)arguments)                                    \
  }
#define REALLOCATE(name, shown, world_, need, parameters, arguments, pointer, size, alignment, family) \
  static void *hooked_##name WITH_HOOK parameters {                                                 \
    struct call_place place = preserved_place((struct call_place)HERE);                             \
    MOVE(pointer, size, ((void *(*)parameters)hook->original)arguments)                             \
  }
#include "functions.def"
#undef ALLOCATE
#undef RELEASE
#undef REALLOCATE
#undef SPECIAL

static int hooked_posix_memalign(void **out, size_t alignment, size_t size, struct hook *hook) {
  struct call_place place = preserved_place((struct call_place)HERE);
  int error = ((int (*)(void **, size_t, size_t))hook->original)(out, alignment, size);
  if (error == 0) BORN(*out, size);
  return error;
}

/* Rust's default allocator calls malloc for these alignments, and so may we: nothing of ours is called inside. */
#define RUST_PLAIN(size, alignment) (fast.c && (alignment) - 1 < hook->plain_alignments && (alignment) <= (size))

static void *hooked___rust_alloc(size_t size, size_t alignment, struct hook *hook) {
  if (likely(RUST_PLAIN(size, alignment))) {
    void *block = real_malloc(size);
    if (likely(block)) trace_birth(block, size, hook->world, FUNCTION___rust_alloc, RETURN_ADDRESS, STACK);
    return block;
  }
  struct call_place place = HERE;
  void *result = ((void *(*)(size_t, size_t))hook->original)(size, alignment);
  BORN(result, size);
  return result;
}

static void *hooked___rust_alloc_zeroed(size_t size, size_t alignment, struct hook *hook) {
  struct call_place place = HERE;
  void *result = ((void *(*)(size_t, size_t))hook->original)(size, alignment);
  BORN(result, size);
  return result;
}

static void hooked___rust_dealloc(void *pointer, size_t size, size_t alignment, struct hook *hook) {
  if (likely(fast.c && hook->plain_alignments)) {
    trace_release(pointer);
    real_free(pointer);
    return;
  }
  PASS(pointer, ((void (*)(void *, size_t, size_t))hook->original)(pointer, size, alignment))
}

static void *hooked___rust_realloc(void *pointer, size_t old_size, size_t alignment, size_t new_size, struct hook *hook) {
  if (likely(RUST_PLAIN(new_size, alignment))) {
    uint64_t before = trace_ticks();
    void *moved = real_realloc(pointer, new_size);
    if (unlikely(!moved)) return NULL;
    release_at((uintptr_t)pointer, TRACE_MOVE, before);
    trace_birth(moved, new_size, hook->world, FUNCTION___rust_realloc, RETURN_ADDRESS, STACK);
    return moved;
  }
  struct call_place place = HERE;
  MOVE(pointer, new_size, ((void *(*)(void *, size_t, size_t, size_t))hook->original)(pointer, old_size, alignment, new_size))
}
