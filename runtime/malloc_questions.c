/* Questions to malloc by symbol: an allocator that is there for one world must not answer for all. */
#include <malloc.h>
#include <stdio.h>

#include "arrangement.h"
#include "common.h"
#include "fastbins.h"
#include "modules.h"

EXPORT size_t malloc_usable_size(void *pointer) { return usable_size(pointer); }

#define NEXT(name, ...)                                                 \
  static __typeof__(name) *next;                                        \
  if (!next) next = (__typeof__(name) *)next_symbol(#name);             \
  return next __VA_ARGS__

EXPORT int mallopt(int parameter, int value) {
  if (parameter == M_MXFAST || parameter == M_PERTURB) fastbins_stop();
  NEXT(mallopt, (parameter, value));
}
EXPORT int malloc_trim(size_t pad) { NEXT(malloc_trim, (pad)); }
EXPORT int malloc_info(int options, FILE *stream) { NEXT(malloc_info, (options, stream)); }
EXPORT void malloc_stats(void) { NEXT(malloc_stats, ()); }
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
EXPORT struct mallinfo mallinfo(void) { NEXT(mallinfo, ()); }
EXPORT struct mallinfo2 mallinfo2(void) { NEXT(mallinfo2, ()); }
