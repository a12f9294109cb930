import { expect, it } from 'vitest';
import { confidenceOf, rateOf, runsToTrust } from './confidence.ts';

it('expects neither the best nor the worst from a few runs', () => {
  expect(rateOf({ bad: 3, runs: 3 })).toBe(0.8);
  expect(rateOf({ bad: 0, runs: 0 })).toBe(0.5);
  expect(rateOf({ bad: 5, runs: 10 })).toBe(0.5);
});

it('asks for as many good runs in a row as luck would hardly give', () => {
  expect(runsToTrust(1, 0.05)).toBe(1);
  for (const rate of [0.9, 0.5, 0.1]) {
    const runs = runsToTrust(rate, 0.05);
    expect((1 - rate) ** runs).toBeLessThanOrEqual(0.05);
    expect((1 - rate) ** (runs - 1)).toBeGreaterThan(0.05);
  }
});

it('is surer the more runs agree, and never quite', () => {
  expect(confidenceOf({ bad: 3, runs: 3 }, 3)).toBeCloseTo(0.992);
  expect(confidenceOf({ bad: 3, runs: 6 }, 3)).toBeCloseTo(0.875);
  expect(confidenceOf({ bad: 9, runs: 9 }, 9)).toBeLessThan(1);
});
