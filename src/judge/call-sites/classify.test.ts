import { describe, expect, it } from 'vitest';
import type { SourceFrame } from '../../evidence/address.ts';
import { classify, isRustAllocation } from './classify.ts';

const chain = (...frames: [name: string, file: string, line?: number, column?: number][]): SourceFrame[] =>
  frames.map(([name, file, line, column]) => ({
    function: name,
    file,
    ...(line !== undefined && { line }),
    ...(column !== undefined && { column }),
  }));

const STD = '/rustc/abc/library/std/src/sys/alloc/unix.rs';
const DEALLOC = '<std::alloc::System as core::alloc::global::GlobalAlloc>::dealloc';

describe('a call site', () => {
  it('is Rust’s when its innermost function is one of Rust’s allocation', () => {
    expect(classify(chain([DEALLOC, STD, 48, 18], ['app::main', '/app/main.rs', 3, 4]))).toEqual({
      kind: 'rust',
    });
    // Merged with another call of the same function, it has no line; the function is still known.
    expect(classify(chain([DEALLOC, STD]))).toEqual({ kind: 'rust' });
  });

  it('is Rust’s in a helper that the allocator called, but not in one of an unknown caller', () => {
    const helper: [string, string, number, number] = ['std::sys::alloc::unix::aligned_malloc', STD, 90, 5];
    const alloc: [string, string, number, number] = [DEALLOC.replace('dealloc', 'alloc'), STD, 14, 22];
    expect(classify(chain(helper, alloc))).toEqual({ kind: 'rust' });
    expect(classify(chain(helper, ['app::f', '/app/main.rs', 3, 4]))).toEqual({ kind: 'unknown' });
    expect(classify(chain(helper))).toEqual({ kind: 'unknown' });
  });

  it('is not Rust’s because of what it was inlined into', () => {
    const nested = chain(
      ['helper', '/app/alloc.c', 9],
      ['<app::Mine as core::alloc::global::GlobalAlloc>::dealloc', '/app/a.rs', 5, 5],
    );
    expect(classify(nested)).toEqual({ kind: 'c' });
  });

  it.each(['/x/a.c', '/x/a.cpp', '/x/a.cc', '/x/a.hpp', '/x/a.h'])('is C’s in %s', (file) => {
    expect(classify(chain(['f', file, 3]))).toEqual({ kind: 'c' });
  });

  it('is not told where a program’s own operator was inlined', () => {
    const own = chain(
      ['give', '/x/a.cc', 16, 3],
      ['operator delete[](void*)', '/x/a.cc', 25, 3],
      ['main', '/x/a.cc', 52, 3],
    );
    expect(classify(own)).toEqual({ kind: 'unknown' });
  });

  it('is left to the source where a Rust function makes the call itself', () => {
    expect(classify(chain(['app::f', '/app/main.rs', 3, 4]))).toMatchObject({
      kind: 'source',
      frame: { line: 3 },
    });
  });

  it.each([
    ['a merged call, which has no line', chain(['app::f', '/app/main.rs'])],
    ['a merged call, which has no column', chain(['app::f', '/app/main.rs', 3])],
    ['another language', chain(['f', '/app/a.zig', 3, 4])],
    ['assembly', chain(['f', '/app/a.S', 3])],
    ['a function without a file', [{ function: 'f' }]],
    ['nothing at all', []],
  ])('is unknown in %s', (_, frames) => {
    expect(classify(frames)).toEqual({ kind: 'unknown' });
  });
});

it.each([
  DEALLOC,
  '__rustc::__rdl_dealloc',
  '__rdl_alloc',
  '__rustc::__rust_alloc_zeroed',
  '__rg_realloc',
  'alloc::alloc::dealloc',
  'alloc::alloc::exchange_malloc',
  '<alloc::alloc::Global as core::alloc::Allocator>::deallocate',
  '<alloc::alloc::Global>::alloc_impl_runtime',
  'std::sys::alloc::unix::<impl core::alloc::global::GlobalAlloc for std::alloc::System>::alloc',
  '<app::Counting as core::alloc::global::GlobalAlloc>::realloc',
])('knows %s', (name) => {
  expect(isRustAllocation(name)).toBe(true);
});

it.each([
  'dealloc',
  'app::alloc',
  'my_alloc::alloc::alloc',
  'alloc::vec::Vec<T>::push',
  '<T as app::GlobalAlloc>::dealloc',
  'alloc::alloc::handle_alloc_error',
  undefined,
])('does not take %s for one of Rust’s allocation', (name) => {
  expect(isRustAllocation(name)).toBe(false);
});
