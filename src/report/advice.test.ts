import { expect, it } from 'vitest';
import type { Act, Finding, PointerPlace } from '../model/index.ts';
import { advise } from './advice.ts';
import { vecFromMalloc } from './run.fixture.ts';

const glibc = () => 'glibc';
const crossFree = (allocated: string, released: string): Finding => ({
  ...vecFromMalloc(),
  worlds: { allocated, released },
});

it.each([
  ['c', 'rust', 'free()'],
  ['rust', 'c', 'Hand it back to Rust'],
  ['rust', 'c++', 'Hand it back to Rust'],
  ['rust@liba.so', 'rust@libb.so', 'allocator of its own'],
  ['c++', 'rust', 'C++ for its delete'],
  ['c++', 'c', 'What new gave, delete takes'],
  ['c++[]', 'c++', 'What new[] gave, delete[] takes'],
  ['c', 'c++', 'What malloc gave, free takes'],
])('a block of %s released by %s: %s', (allocated, released, words) => {
  expect(advise(crossFree(allocated, released), glibc)).toContain(words);
});

it.each<[Act, boolean, string]>([
  ['equivalent', true, 'share glibc here, so nothing broke this time'],
  ['performed', true, 'share glibc here, so nothing broke this time'],
  ['performed', false, 'went through as the program wrote it'],
  ['redirected', false, 'gave the block to its true owner'],
  ['prevented', false, 'prevented it and released nothing'],
  ['stopped', true, 'ended the program before this happened'],
])('when the act was %s (one allocator: %s), says so', (act, sameAllocator, words) => {
  const finding = vecFromMalloc();
  finding.detail = { act, sameAllocator };
  expect(advise(finding, glibc)).toContain(words);
});

it('does not say of an allocator that it ignores the stated layout unless it is known to', () => {
  const finding: Finding = { ...crossFree('rust', 'rust'), code: 'CF004', detail: { act: 'performed' } };
  expect(advise(finding, glibc)).toContain('does not look at the stated size');
  expect(advise(finding, () => 'jemalloc')).toContain('went to jemalloc as it was');
});

it('names the wrong release behind two owners', () => {
  const finding: Finding = {
    ...crossFree('rust', 'rust'),
    code: 'CF011',
    detail: {
      act: 'performed',
      cause: {
        code: 'CF004',
        message: 'a block was released',
        block: { address: '0x1000' },
        on: 'neighbour',
      },
    },
  };
  expect(advise(finding, glibc)).toMatch(
    /CF004\) of a block beside them.*: a block was released\. Mend that release\.$/,
  );
});

it.each<[PointerPlace, string]>([
  ['interior', 'block’s start'],
  ['stack', 'local variable'],
  ['static', 'Static data'],
  ['mapped', 'munmap'],
  ['unmapped', 'not initialised'],
])('what to do about a pointer to %s memory', (where, words) => {
  const finding: Finding = {
    ...vecFromMalloc(),
    code: 'CF003',
    kind: 'invalid-free',
    worlds: { released: 'c' },
  };
  finding.detail = { act: 'prevented', where };
  expect(advise(finding, glibc)).toContain(words.replace('’', "'"));
});

it.each([
  ['c', 'c', 'NULL'],
  ['c++', 'c++', 'unique_ptr'],
  ['rust', 'rust', 'into_raw'],
  ['rust', 'c', 'into_raw'],
])('a double free of %s memory by %s: %s', (allocated, released, words) => {
  const finding: Finding = { ...crossFree(allocated, released), code: 'CF002', kind: 'double-free' };
  finding.detail = { act: 'prevented' };
  expect(advise(finding, glibc)).toContain(words);
});

it('calls overlapping owners corruption', () => {
  const finding: Finding = {
    ...vecFromMalloc(),
    code: 'CF011',
    kind: 'two-owners',
    detail: { act: 'performed' },
  };
  expect(advise(finding, glibc)).toContain('memory is corrupted');
});
