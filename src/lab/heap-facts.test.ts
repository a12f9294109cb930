import { describe, expect, it } from 'vitest';
import type { Answer } from './experiment.ts';
import * as afterFree from './experiments/after-free.ts';
import * as chunkHeader from './experiments/chunk-header.ts';
import * as fragmentation from './experiments/fragmentation.ts';
import * as sizeClasses from './experiments/size-classes.ts';
import * as tcache from './experiments/tcache.ts';
import type { AllocatorFacts } from './heap-facts.ts';
import type { Sample } from './samples.ts';

const glibc = (samples: Sample[]): AllocatorFacts[] => [{ name: 'glibc', samples }];
const verdicts = (answers: Record<string, Answer>) => Object.values(answers).map(({ verdict }) => verdict);

describe('size-classes', () => {
  const facts = (overhead: number) =>
    glibc(
      [1, 25, 41, 57, 73].map((size) => ({ size, usable: Math.ceil((size + 8) / 16) * 16 - 8 + overhead })),
    );

  it('holds for the classes and differs in what one byte costs', () => {
    const one = glibc([{ size: 1, usable: 24 }, ...(facts(0)[0]?.samples.slice(1) ?? [])]);
    expect(verdicts(sizeClasses.answersOf(one))).toEqual(['holds', 'differs']);
    expect(sizeClasses.answersOf(one)['one-byte'].measured).toBe(3100);
  });

  it('is refuted by other classes', () => {
    expect(verdicts(sizeClasses.answersOf(facts(8)))[0]).toBe('refuted');
  });
});

describe('after-free', () => {
  it('holds for 48 of 64 and nothing else', () => {
    const at = (survived: number, firstKept: number) => glibc([{ size: 64, same: 1, survived, firstKept }]);
    expect(verdicts(afterFree.answersOf(at(48, 16)))).toEqual(['holds', 'holds']);
    expect(verdicts(afterFree.answersOf(at(56, 8)))).toEqual(['refuted', 'refuted']);
  });
});

describe('tcache', () => {
  const facts = (entries: number, bins: number) =>
    glibc([
      { header: '0x291' },
      ...Array.from({ length: 70 }, (_, index) => ({
        request: 24 + index * 16,
        bin: index < bins ? index : -1,
        entries: index < bins ? entries : 0,
      })),
    ]);

  it('holds for 7 entries in 64 bins; 1032 is the request, not the chunk', () => {
    expect(verdicts(tcache.answersOf(facts(7, 64)))).toEqual(['holds', 'holds', 'differs']);
  });

  it('is refuted by other figures', () => {
    expect(verdicts(tcache.answersOf(facts(16, 62)))).toEqual(['refuted', 'refuted', 'refuted']);
  });
});

describe('chunk-header', () => {
  const facts = (second = '0x21002') =>
    glibc([
      { size: 24, word: '0x21' },
      { size: 64, word: '0x51' },
      { size: 72, word: '0x51' },
      { size: 512, word: '0x211' },
      { size: 131072, word: '0x20011' },
      { size: 131072, word: second },
      { freed: 24, heldBack: 1 },
      { freed: 512, heldBack: 0 },
    ]);

  it('names the flags', () => {
    expect(chunkHeader.decoded(0x51)).toBe('0x51 = 80 | PREV_INUSE');
    expect(chunkHeader.decoded(0x21002)).toBe('0x21002 = 135168 | IS_MMAPPED');
    expect(chunkHeader.decoded(0x95)).toBe('0x95 = 144 | PREV_INUSE | NON_MAIN_ARENA');
  });

  it('holds but for the overhead and what comes from the top', () => {
    expect(verdicts(chunkHeader.answersOf(facts()))).toEqual([
      'holds',
      'differs',
      'holds',
      'holds',
      'differs',
    ]);
    expect(verdicts(chunkHeader.answersOf(facts('0x20011'))).at(-1)).toBe('refuted');
  });

  it('turns when the decoder has a wrong constant: flags of four bits', () => {
    const wrong = (word: number) => `0x${word.toString(16)} = ${word & ~15} | PREV_INUSE | 0x10`;
    expect(chunkHeader.answersOf(facts(), wrong).word.verdict).toBe('refuted');
  });

  it('turns when a free chunk is held back', () => {
    const swapped = glibc(
      (facts()[0]?.samples ?? []).map((each) =>
        'freed' in each ? { ...each, heldBack: 1 - Number(each.heldBack) } : each,
      ),
    );
    expect(verdicts(chunkHeader.answersOf(swapped)).slice(2, 4)).toEqual(['refuted', 'refuted']);
  });
});

describe('fragmentation', () => {
  const facts = (took: number, freeBytes: number) => ({
    holes: glibc([{ took, freeBytes }]),
    classic: glibc([{ took: 3, freeBytes }]),
    churn: [],
  });

  it('refutes the third hole where exact bins serve', () => {
    expect(verdicts(fragmentation.answersOf(facts(0, 136)))).toEqual(['refuted', 'differs']);
    expect(verdicts(fragmentation.answersOf(facts(3, 112)))).toEqual(['holds', 'holds']);
  });
});
