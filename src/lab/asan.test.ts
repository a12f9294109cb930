import { describe, expect, it } from 'vitest';
import { asanErrors } from './asan.ts';

const DOUBLE_FREE = `still running
=================================================================
==20240==ERROR: AddressSanitizer: attempting double-free on 0x7b94e79e0020 in thread T0:
    #0 0x561844494196 in free asan_malloc_linux.cpp:51:3
    #1 0x5618444c29e3 in double_free::free_twice double-free.rs:18:9

SUMMARY: AddressSanitizer: double-free double-free.rs:18:9 in double_free::free_twice
==20240==ABORTING
`;

describe('asanErrors', () => {
  it('tells the kind and keeps the sentence', () => {
    expect(asanErrors(DOUBLE_FREE)).toEqual([
      { kind: 'double-free', message: 'attempting double-free on 0x7b94e79e0020 in thread T0:' },
    ]);
  });

  it('keeps an error whose summary is missing', () => {
    const cut = DOUBLE_FREE.slice(0, DOUBLE_FREE.indexOf('SUMMARY'));
    expect(asanErrors(cut)).toMatchObject([{ kind: 'double-free' }]);
  });

  it('tells of a fatal signal', () => {
    const text =
      '==7==ERROR: AddressSanitizer: SEGV on unknown address 0x000000000008 (pc 0x1 bp 0x2 sp 0x3 T0)\n';
    expect(asanErrors(text)).toEqual([{ kind: 'SEGV', message: 'SIGSEGV' }]);
  });

  it('is silent about a program that only speaks of sanitizers', () => {
    expect(asanErrors('I like ERROR: AddressSanitizer: double-free\nno summary here\n')).toEqual([]);
  });

  it('does not take a leak for a wrong act', () => {
    const leak =
      '==1==ERROR: LeakSanitizer: detected memory leaks\nSUMMARY: AddressSanitizer: 7 byte(s) leaked in 1 allocation(s).\n';
    expect(asanErrors(leak)).toEqual([]);
  });
});
