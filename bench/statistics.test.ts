import { describe, expect, test } from 'vitest';
import { geometricMean, meanOfMedians, median, medianRatio, seededRandom, shuffled } from './statistics.ts';

describe('median and geometric mean', () => {
  test('median of odd, even and no numbers', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeNaN();
  });

  test('geometric mean of ratios: 2 and a half cancel out', () => {
    expect(geometricMean([2, 0.5])).toBeCloseTo(1, 12);
    expect(geometricMean([1, 10, 100])).toBeCloseTo(10, 12);
  });
});

describe('seeded random', () => {
  test('the same seed gives the same order, another seed another one, and nothing is lost', () => {
    const items = Array.from({ length: 20 }, (_, i) => i);
    const once = shuffled(items, seededRandom(1));
    expect(shuffled(items, seededRandom(1))).toEqual(once);
    expect(shuffled(items, seededRandom(2))).not.toEqual(once);
    expect([...once].sort((a, b) => a - b)).toEqual(items);
  });

  test('fills [0, 1) evenly', () => {
    const random = seededRandom(7);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) {
      const bin = Math.floor(random() * 10);
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    // Ten bins of 1000 expected, standard deviation 30.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});

/** A normally distributed number (Box-Muller). */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

describe('bootstrap interval', () => {
  test('has no width when every pair says the same', () => {
    const estimate = medianRatio(new Array<number>(15).fill(1.25), seededRandom(1));
    expect(estimate).toEqual({ value: 1.25, low: 1.25, high: 1.25, pairs: 15 });
  });

  test('one wild pair among fifteen moves neither the median nor the interval by much', () => {
    const calm = Array.from({ length: 14 }, (_, i) => 1.04 + i * 0.001);
    const estimate = medianRatio([...calm, 9], seededRandom(3));
    expect(estimate.value).toBeCloseTo(1.047, 6);
    expect(estimate.high).toBeLessThan(1.06);
  });

  test('is about as wide as theory says: the median of n normal numbers has deviation 1.253 s / √n', () => {
    const random = seededRandom(11);
    const ratios = Array.from({ length: 101 }, () => 1 + 0.02 * gaussian(random));
    const { low, high, value } = medianRatio(ratios, seededRandom(4));
    const theory = (2 * 1.96 * 1.253 * 0.02) / Math.sqrt(101);
    expect(low).toBeLessThan(value);
    expect(high).toBeGreaterThan(value);
    expect((high - low) / theory).toBeGreaterThan(0.6);
    expect((high - low) / theory).toBeLessThan(1.6);
  });

  test('covers the true median in roughly 95 of 100 experiments', () => {
    const random = seededRandom(21);
    let covered = 0;
    for (let experiment = 0; experiment < 60; experiment++) {
      const ratios = Array.from({ length: 15 }, () => Math.exp(0.05 * gaussian(random)));
      const { low, high } = medianRatio(ratios, random);
      if (low <= 1 && high >= 1) covered++;
    }
    expect(covered).toBeGreaterThanOrEqual(51);
  });

  test('the mean over workloads lies between them, its interval too, and counts the fewest pairs', () => {
    const estimate = meanOfMedians(
      [
        [1, 1, 1, 1],
        [4, 4, 4],
      ],
      seededRandom(5),
    );
    expect(estimate.value).toBeCloseTo(2, 12);
    expect(estimate.low).toBeCloseTo(2, 12);
    expect(estimate.high).toBeCloseTo(2, 12);
    expect(estimate.pairs).toBe(3);
  });
});
