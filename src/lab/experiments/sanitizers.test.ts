import { describe, expect, it } from 'vitest';
import { answersOf, type Saying } from './sanitizers.ts';

const FAULTS = ['overflow', 'use-after-free', 'double-free', 'mixed-free', 'race'] as const;
const PRICES = { bare: [1, 1.1, 0.9], crossfree: [2], Valgrind: [60] };

function sayings(seen: readonly string[], noisy = false): Saying[] {
  return FAULTS.flatMap((fault) => [
    { tool: 'crossfree' as const, fault, healthy: false, said: seen.includes(fault) ? ['CF'] : [] },
    { tool: 'crossfree' as const, fault, healthy: true, said: noisy ? ['CF'] : [] },
  ]);
}

describe('the answers of sanitizers', () => {
  it('hold what a tool is said to see, no less and no more', () => {
    const verdict = (seen: string[]) =>
      answersOf({ sayings: sayings(seen), prices: PRICES }).crossfree?.verdict;
    expect(verdict(['double-free', 'mixed-free'])).toBe('holds');
    expect(verdict(['double-free'])).toBe('refuted');
    expect(verdict(['double-free', 'mixed-free', 'race'])).toBe('refuted');
  });

  it('are refuted by a word about a healthy twin, and by a price', () => {
    const quiet = answersOf({ sayings: sayings([]), prices: PRICES });
    expect([quiet.twins?.verdict, quiet.price?.verdict, quiet.valgrind?.verdict]).toEqual([
      'holds',
      'holds',
      'not-measurable',
    ]);
    const loud = answersOf({ sayings: sayings([], true), prices: { ...PRICES, Valgrind: [1.5] } });
    expect([loud.twins?.verdict, loud.price?.verdict]).toEqual(['refuted', 'refuted']);
  });
});
