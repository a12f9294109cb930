import { describe, expect, it } from 'vitest';
import type { Frame } from '../model/index.ts';
import { fold, frameName, framePlace, nearer } from './stack-view.ts';

const named = (...functions: string[]): Frame[] =>
  functions.map((name) => ({ function: name, module: '/home/a/app' }));
const names = (frames: (Frame | undefined)[]) => frames.map((frame) => frame?.function);

describe('folding a stack', () => {
  it('shows Rust’s user, what it dropped, and its callers up to Rust’s main', () => {
    const stack = named(
      'alloc::alloc::dealloc',
      '<alloc::raw_vec::RawVec<T,A> as core::ops::drop::Drop>::drop',
      'core::ptr::drop_in_place<alloc::raw_vec::RawVec<u8>>',
      'core::ptr::drop_in_place<alloc::vec::Vec<u8>>',
      'core::mem::drop',
      'app::finish',
      'core::ops::function::FnOnce::call_once',
      'app::main',
      'std::sys::backtrace::__rust_begin_short_backtrace',
      'std::rt::lang_start::{{closure}}',
      'main',
      '__libc_start_call_main',
    );
    const { site, through, callers } = fold(stack);
    expect(names([site, through])).toEqual(['app::finish', 'core::ptr::drop_in_place<alloc::vec::Vec<u8>>']);
    expect(names(callers)).toEqual(['app::main']);
  });

  it('shows the caller of a libc function, and C’s main', () => {
    const libc = '/lib/x86_64-linux-gnu/libc.so.6';
    const stack: Frame[] = [{ function: 'strdup', module: libc }, ...named('copy', 'main', '_start')];
    const { site, through, callers } = fold(stack);
    expect(names([site, through, ...callers])).toEqual(['copy', 'strdup', 'main']);
  });

  it('shows the caller of C++’s library', () => {
    const { site, through } = fold(
      named('std::default_delete<char>::operator()(char*) const', 'Owner::~Owner()', 'main'),
    );
    expect(names([site, through])).toEqual([
      'Owner::~Owner()',
      'std::default_delete<char>::operator()(char*) const',
    ]);
  });

  it('shows the innermost frame where all are the library’s', () => {
    const stack = named('alloc::alloc::dealloc', 'std::thread::drop');
    expect(fold(stack)).toEqual({ site: stack[0], through: undefined, callers: [] });
    expect(fold([]).site).toBeUndefined();
  });
});

it('names a place by file and line, else by module and offset', () => {
  expect(framePlace({ file: '/home/a/src/x.c', line: 3 }, '/home/a')).toBe('src/x.c:3');
  expect(framePlace({ file: '/usr/src/x.c', line: 3 }, '/home/a')).toBe('/usr/src/x.c:3');
  expect(framePlace({ module: '/usr/lib/libx.so', offset: '0x10' }, '/')).toBe('libx.so+0x10');
  expect(framePlace({}, '/')).toBe('');
});

it('leaves Rust’s hashes out', () => {
  expect(frameName({ function: 'app::main::h0123456789abcdef' })).toBe('app::main');
  expect(frameName({})).toBe('(no symbol)');
  expect(nearer(`/rustc/${'0'.repeat(40)}/library/core/src/mem.rs`, '/')).toBe('library/core/src/mem.rs');
});

it('cuts names that fill the screen', () => {
  expect(frameName({ function: 'x'.repeat(5000) }).length).toBeLessThanOrEqual(100);
});
