import { expect, it } from 'vitest';
import type { Finding, Frame } from '../model/index.ts';
import { fingerprint } from './fingerprint.ts';
import { vecFromMalloc } from './run.fixture.ts';

/** The same fault with every frame changed. */
function withFrames(change: (frame: Frame) => Frame): Finding {
  const finding = vecFromMalloc();
  for (const event of [finding.birth, finding.death]) {
    if (event) event.stack = event.stack.map(change);
  }
  return finding;
}

const original = fingerprint(vecFromMalloc());

it('does not depend on lines, addresses, offsets or the path of the checkout', () => {
  const moved = withFrames((frame) => ({
    ...frame,
    ...(frame.line !== undefined && { line: frame.line + 17, column: 3 }),
    ...(frame.offset !== undefined && { offset: '0xabcdef' }),
    ...(frame.file?.startsWith('/home/a') && { file: frame.file.replace('/home/a', '/ci/build/7') }),
    ...(frame.module?.startsWith('/home/a') && { module: frame.module.replace('/home/a', '/ci/build/7') }),
  }));
  moved.block = { address: '0x1', size: 99 };
  moved.count = 5;
  moved.detail.act = 'performed';
  expect(fingerprint(moved)).toBe(original);
});

it('does not depend on what the compiler adds to names', () => {
  const named = (suffix: string) =>
    fingerprint(
      withFrames((frame) =>
        frame.function?.startsWith('app::') ? { ...frame, function: frame.function + suffix } : frame,
      ),
    );
  expect(named('::h0123456789abcdef')).toBe(original);
  expect(named('.constprop.0')).toBe(original);
  expect(named('.llvm.1234567890')).toBe(original);
  expect(named('_other')).not.toBe(original);
});

it('tells other functions, worlds, codes and places apart', () => {
  const others: Finding[] = [
    withFrames((frame) => ({ ...frame, function: frame.function?.replace('finish', 'start') ?? '' })),
    { ...vecFromMalloc(), worlds: { allocated: 'c++', released: 'rust' } },
    { ...vecFromMalloc(), code: 'CF002' },
    { ...vecFromMalloc(), detail: { act: 'performed', where: 'stack' } },
  ];
  expect(new Set([original, ...others.map(fingerprint)]).size).toBe(1 + others.length);
});

it('keeps frames without symbols apart by their module and offset', () => {
  const at = (offset: string) => fingerprint(withFrames(() => ({ module: '/x/libfoo.so', offset })));
  expect(at('0x10')).not.toBe(at('0x20'));
});

it('tells two places of one function apart that make the same call, at whatever depth of a recursion', () => {
  const second = (at: number) => {
    const finding = vecFromMalloc();
    const own = finding.birth?.stack.filter(({ function: name }) => name?.startsWith('app::')) ?? [];
    const frame = own[at];
    if (frame) frame.nth = 2;
    return fingerprint(finding);
  };
  expect(second(0)).not.toBe(original);
  expect(second(0)).toBe(second(0));
  const recursive = (depth: number) => {
    const step = { function: 'walk', module: '/app', file: '/src/walk.c', line: 3 };
    const stack = [{ ...step, line: 9 }, ...Array.from({ length: depth }, () => ({ ...step, nth: 2 }))];
    return fingerprint({ ...vecFromMalloc(), birth: { thread: 1, stack } });
  };
  expect(recursive(1)).toBe(recursive(5));
});
