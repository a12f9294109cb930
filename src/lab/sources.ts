/** Whose claims are tested. `crossfree` is our own word, held to the same measure. */
export const SOURCES = {
  A: 'an article on Rust and C memory interoperability (glibc 2.39, Rust 1.75, Linux 6.5, Core i7)',
  B: 'an article on a segfault in Vec::from_raw_parts',
  C: 'an article on freeing with C what Rust initialised',
  D: 'an article on insane allocators',
  E: 'an article on segfaults at the foreign-function interface of Ceph',
  crossfree: 'what crossfree says of itself',
} as const;

export type Source = keyof typeof SOURCES;
