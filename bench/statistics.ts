/** A figure with its bootstrap 95% interval. */
export interface Estimate {
  value: number;
  low: number;
  high: number;
  /** How many pairs it rests on. */
  pairs: number;
}

export type Random = () => number;

/** A seeded generator of numbers in [0, 1) (mulberry32): the same seed, the same order and interval. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The items in a random order (Fisher-Yates); the argument stays as it is. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other] as T, order[last] as T];
  }
  return order;
}

/** The middle value; of an even number, the mean of the middle two. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** NaN of none. */
export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

const RESAMPLES = 4000;

/**
 * The median of the ratios, with its percentile interval.
 * @param ratios one per pair, measured beside the other half of its pair
 */
export function medianRatio(ratios: readonly number[], random: Random): Estimate {
  return meanOfMedians([ratios], random);
}

/**
 * The geometric mean over workloads of the median ratio. Each resample draws pairs anew within
 * every workload: the interval speaks of these workloads, not of others that might have been chosen.
 * @param ratios one list of pairs per workload
 */
export function meanOfMedians(ratios: readonly (readonly number[])[], random: Random): Estimate {
  const resamples = Array.from({ length: RESAMPLES }, () =>
    geometricMean(ratios.map((pairs) => median(resample(pairs, random)))),
  ).sort((a, b) => a - b);
  return {
    value: geometricMean(ratios.map(median)),
    low: quantile(resamples, 0.025),
    high: quantile(resamples, 0.975),
    pairs: Math.min(...ratios.map((pairs) => pairs.length)),
  };
}

function resample(values: readonly number[], random: Random): number[] {
  return values.map(() => values[Math.floor(random() * values.length)] as number);
}

function quantile(sorted: readonly number[], share: number): number {
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}
