/* The wrappers of calls by symbol, as a trace wants them; intercept.c includes this in the tracing library. */
#include "writer.h"

#define TRACE_REALLOCATE(pointer_, size_, world, function, call)                                   \
  void *old_ = pointer_;                                                                            \
  uint64_t ticks_ = trace_ticks(), before_ = writer.passing;                                        \
  bool inside_ = old_ && before_ == (uintptr_t)old_;                                                \
  if (old_) writer.passing = (uintptr_t)old_;                                                       \
  void *result_ = call;                                                                             \
  writer.passing = before_;                                                                         \
  if (inside_) return result_;                                                                      \
  if (old_ && (result_ || (size_) == 0)) release_at((uintptr_t)old_, result_ ? TRACE_MOVE : TRACE_FAR_RELEASE, ticks_); \
  if (result_) birth_around(result_, size_, world, function, RETURN_ADDRESS, STACK);                \
  return result_;

#define ALLOCATE(name, shown, world, need, parameters, arguments, size, alignment, family)          \
  EXPORT_##family void *BY_SYMBOL_##family(name) parameters {                                       \
    if (likely(FAST_##family && __builtin_constant_p(alignment) && (alignment) == 0)) {             \
      void *result = FAST_ALLOCATE_##family(name, arguments, size);                                 \
      if (likely(result)) {                                                                         \
        trace_birth(result, size, world, FUNCTION_##name, RETURN_ADDRESS, STACK);                   \
        return result;                                                                              \
      }                                                                                             \
      if ((world) == WORLD_C) return result;                                                        \
    }                                                                                               \
    void *result = next_##name arguments;                                                           \
    if (result) birth_around(result, size, world, FUNCTION_##name, RETURN_ADDRESS, STACK);          \
    return result;                                                                                  \
  }
#define RELEASE(name, shown, world, need, parameters, arguments, pointer_, size, alignment, family) \
  EXPORT_##family void BY_SYMBOL_##family(name) parameters {                                        \
    if (!pointer_) return;                                                                          \
    bool outer = trace_release(pointer_);                                                           \
    if (likely(FAST_##family)) return next_free(pointer_);                                          \
    uint64_t before = writer.passing;                                                               \
    if (outer) writer.passing = (uintptr_t)pointer_;                                                \
    next_##name arguments;                                                                          \
    writer.passing = before;                                                                        \
  }
#define REALLOCATE(name, shown, world, need, parameters, arguments, pointer, size, alignment, family) \
  EXPORT_##family void *BY_SYMBOL_##family(name) parameters {                                       \
    TRACE_REALLOCATE(pointer, size, world, FUNCTION_##name, next_##name arguments)                  \
  }
#include "functions.def"
#undef ALLOCATE
#undef RELEASE
#undef REALLOCATE

EXPORT int posix_memalign(void **out, size_t alignment, size_t size) {
  int error = next_posix_memalign(out, alignment, size);
  if (error == 0 && *out) birth_around(*out, size, WORLD_C, FUNCTION_posix_memalign, RETURN_ADDRESS, STACK);
  return error;
}
