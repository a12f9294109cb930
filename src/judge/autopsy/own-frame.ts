import type { Frame } from '../../model/index.ts';

/** Functions and files of allocators, C libraries, language runtimes and the tools themselves. */
const LIBRARY_FUNCTION =
  /^(__?interceptor|___interceptor|(free|malloc|calloc|realloc|reallocarray|memcpy|memmove|memset|str\w+|raise|abort|gsignal|kill|\?\?\?)$|operator (new|delete)|__GI_|__libc_|__pthread_kill|__fortify|__stack_chk|__chk_fail|_IO_|_int_|malloc_|tcache_|munmap_chunk|std::|__gnu_cxx::|__cxxabi|<?(alloc|core|std)::|<.* as (alloc|core|std)::|__rust|__rdl_)/;
const LIBRARY_FILE =
  /^(\/rustc\/|.*\/rustlib\/src\/|.*libsanitizer\/|\/usr\/include\/c\+\+|.*\/libstdc\+\+-v3\/|\.\.\/sysdeps\/|\.\/(malloc|stdlib|nptl|string|debug|stdio-common)\/|.*asan_malloc_linux\.cpp|.*compiler-rt\/)/;
const LIBRARY_MODULE = /(vgpreload_|valgrind|lib(c|m|asan|tsan|ubsan|stdc\+\+|gcc_s)\.so|ld-linux|libc-\d)/;

/** The innermost frame of the program's own, else the innermost of all. */
export function ownFrame(stack: readonly Frame[] | Frame | undefined): Frame | undefined {
  const frames =
    stack === undefined ? [] : Array.isArray(stack) ? (stack as readonly Frame[]) : [stack as Frame];
  return frames.find((frame) => !isLibrary(frame)) ?? frames[0];
}

function isLibrary({ function: name, file, module }: Frame): boolean {
  if (name === undefined && file === undefined && module === undefined) return true; // no code at all
  if (file !== undefined && LIBRARY_FILE.test(file)) return true;
  if (name !== undefined && LIBRARY_FUNCTION.test(name)) return true;
  return module !== undefined && LIBRARY_MODULE.test(module);
}
