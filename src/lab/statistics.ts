import { figure } from './figures.ts';

/** The middle of repeated measurements, and how far they spread. */
export interface Spread {
  median: number;
  low: number;
  high: number;
  /** How many measurements there were. */
  count: number;
}

/** The median with the least and the greatest; all NaN of none. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  const median = sorted.length % 2 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
  return {
    median,
    low: sorted[0] ?? Number.NaN,
    high: sorted.at(-1) ?? Number.NaN,
    count: sorted.length,
  };
}

export function medianOf(values: readonly number[]): number {
  return spreadOf(values).median;
}

/** `12.8 (11.9…13.4)`. */
export function spreadText({ median, low, high }: Spread): string {
  return `${figure(median)} (${figure(low)}…${figure(high)})`;
}
