import { describe, expect, it } from 'vitest';
import { readAsanLog } from './asan.ts';

const DOUBLE_FREE = `still running
=================================================================
==20240==ERROR: AddressSanitizer: attempting double-free on 0x7b94e79e0020 in thread T0:
    #0 0x561844494196 in free asan_malloc_linux.cpp:51:3
    #1 0x5618444c29e3 in double_free::free_twice double-free.rs:18:9

SUMMARY: AddressSanitizer: double-free double-free.rs:18:9 in double_free::free_twice
==20240==ABORTING
`;

describe('readAsanLog', () => {
  it('tells the kind from the summary and keeps the sentence', () => {
    expect(readAsanLog(DOUBLE_FREE)).toEqual([
      { kind: 'double-free', message: 'attempting double-free on 0x7b94e79e0020 in thread T0:' },
    ]);
  });

  it('keeps an error whose summary is missing', () => {
    const cut = DOUBLE_FREE.slice(0, DOUBLE_FREE.indexOf('SUMMARY'));
    expect(readAsanLog(cut)).toMatchObject([{ kind: 'unknown' }]);
  });

  it('is silent about a program that only speaks of sanitizers', () => {
    expect(readAsanLog('I like ERROR: AddressSanitizer: double-free\nno summary here\n')).toEqual([]);
  });

  it('does not take a leak for a wrong act', () => {
    const leak =
      '==1==ERROR: LeakSanitizer: detected memory leaks\nSUMMARY: AddressSanitizer: 7 byte(s) leaked in 1 allocation(s).\n';
    expect(readAsanLog(leak)).toEqual([]);
  });
});
