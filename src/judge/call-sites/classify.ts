import type { SourceFrame } from '../../evidence/address.ts';

/**
 * Whose call of malloc or free a place in an optimised Rust module is. `source`: the Rust function at
 * `frame` makes the call itself; only its source text can tell whether that is a call of C.
 */
export type SiteClass =
  | { kind: 'rust' }
  | { kind: 'c' }
  | { kind: 'unknown' }
  | { kind: 'source'; frame: SourceFrame };

/** The functions that Rust's own allocations go through, down to the call of the C library. */
const RUST_ALLOCATION = [
  /(^|::)__(rust|rdl|rg)_(alloc|dealloc|realloc|alloc_zeroed)$/,
  / as core::alloc::global::GlobalAlloc>::(alloc|dealloc|realloc|alloc_zeroed)$/,
  /<impl core::alloc::global::GlobalAlloc for .*>::(alloc|dealloc|realloc|alloc_zeroed)$/,
  /^alloc::alloc::(alloc|dealloc|realloc|alloc_zeroed|exchange_malloc|box_free)$/,
  /^(<alloc::alloc::Global>|alloc::alloc::Global)::(alloc|dealloc|grow|shrink|realloc)[a-z_]*$/,
  /^<alloc::alloc::Global as core::alloc::Allocator>::(allocate|allocate_zeroed|deallocate|grow|grow_zeroed|shrink)$/,
];

/** Parts of the standard library's allocator that its GlobalAlloc calls. */
const RUST_HELPER =
  /^std::sys::(alloc|pal::unix::alloc|unix::alloc|common::alloc)::(\w+::)?(aligned_malloc|realloc_fallback)$/;

const C_SOURCE = /\.(c|cc|cp|cpp|cxx|c\+\+|C|h|hh|hpp|hxx|inl|ipp|tcc|m|mm)$/;

const CXX_OPERATOR = /^operator (new|delete)\b/;

/** True for a function that allocates or releases on behalf of Rust. */
export function isRustAllocation(name: string | undefined): boolean {
  return name !== undefined && RUST_ALLOCATION.some((pattern) => pattern.test(name));
}

/**
 * Tells a call site by the frames that debug info gives for it, innermost first. Only the innermost
 * function says who makes the call: what it was inlined into may do both.
 */
export function classify(chain: readonly SourceFrame[]): SiteClass {
  // A program's own operator, inlined: its malloc or free is C++'s, which of the two worlds is not told here.
  if (chain.some((frame) => CXX_OPERATOR.test(frame.function ?? ''))) return { kind: 'unknown' };
  const frame = chain.find((candidate) => !RUST_HELPER.test(candidate.function ?? ''));
  if (!frame) return { kind: 'unknown' };
  if (isRustAllocation(frame.function)) return { kind: 'rust' };
  // A helper without the allocator around it: its caller is not known.
  if (frame !== chain[0] || frame.file === undefined) return { kind: 'unknown' };
  if (C_SOURCE.test(frame.file)) return { kind: 'c' };
  if (frame.file.endsWith('.rs') && frame.line !== undefined && frame.column !== undefined) {
    return { kind: 'source', frame };
  }
  return { kind: 'unknown' };
}
