/**
 * What allocators and hardening checks say before they abort. A failed assertion of the program itself is
 * none of these: nobody caught a memory fault there.
 */
const CHECKS: RegExp[] = [
  // glibc's malloc
  /^(free|malloc|realloc|calloc|munmap_chunk|mremap_chunk|malloc_consolidate|memalign|aligned_alloc)(_\w+)?\(\):? /,
  /^double free or corruption/,
  /^corrupted (size vs\. prev_size|double-linked list)/,
  /^(break adjusted to free malloc space|invalid fastbin entry|malloc: )/,
  /malloc\.c:\d+: .*Assertion/,
  // glibc's fortification and the compilers' stack protector
  /^\*\*\* .* \*\*\*/,
  // other allocators
  /<jemalloc>/,
  /mimalloc: (error|assertion)/,
  /tcmalloc/i,
  /Scudo ERROR/,
  /Attempt to free invalid pointer/,
  /AddressSanitizer/,
  /^debug allocator: /,
];

/** True when the text is the message of an allocator or of a hardening check. */
export function isCheckMessage(text: string): boolean {
  return text.split('\n').some((line) => CHECKS.some((check) => check.test(line.trimStart())));
}
