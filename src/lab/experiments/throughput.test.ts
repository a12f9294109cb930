import { describe, expect, it } from 'vitest';
import { answersOf, type Measurement, pageOf } from './throughput.ts';

/** Millions a second, as the article has them. */
const ARTICLE: Record<number, [number, number]> = {
  16: [16.6, 33.6],
  64: [12.8, 31.9],
  256: [5.6, 9.3],
  1024: [2, 5.3],
  4096: [0.5, 2.3],
};

function measurement(change: Record<number, [number, number]> = {}): Measurement {
  const samples = Object.entries({ ...ARTICLE, ...change }).map(([size, [allocated, released]]) => ({
    way: 'single',
    size: Number(size),
    allocateNs: 1e3 / allocated,
    releaseNs: 1e3 / released,
  }));
  return { allocators: [{ name: 'glibc', samples, failed: [] }] };
}

const verdicts = (change?: Record<number, [number, number]>) =>
  Object.values(answersOf(measurement(change))).map(({ verdict }) => verdict);

describe('the answers of throughput', () => {
  it('hold on the machine of the article, but for its release at 256 bytes, which is less than twice as fast', () => {
    expect(verdicts()).toEqual([...Array(5).fill('holds'), 'differs']);
  });

  it('differ on a machine of another order, each by itself', () => {
    expect(verdicts({ 64: [128, 319] })).toEqual(['holds', 'differs', 'holds', 'holds', 'holds', 'differs']);
  });

  it('refute that free is faster where it is not', () => {
    expect(verdicts({ 16: [30, 31] }).at(-1)).toBe('refuted');
    expect(verdicts({ 16: [17.1, 30] }).at(-1)).toBe('differs');
  });

  it('are not to be measured where the program did not run', () => {
    const none = answersOf({ allocators: [{ name: 'glibc', samples: [], failed: ['single: exit 1'] }] });
    expect(Object.values(none).map(({ verdict }) => verdict)).toEqual(Array(6).fill('not-measurable'));
  });
});

it('shows the spread, and what failed', () => {
  const page = JSON.stringify(
    pageOf({
      allocators: [...measurement().allocators, { name: 'arena', samples: [], failed: ['threads: exit 3'] }],
    }),
  );
  expect(page).toContain('12.8 (12.8…12.8)');
  expect(page).toContain('arena, threads: exit 3.');
});
