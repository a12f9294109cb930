/** Runs of one kind: so many in all, so many of them bad. */
export interface Tally {
  bad: number;
  runs: number;
}

/** How often it may be expected to go bad, after what was seen (Laplace's rule of succession). */
export function rateOf({ bad, runs }: Tally): number {
  return (bad + 1) / (runs + 2);
}

/** How many good runs in a row make it less likely than `doubt` that they are luck, when `rate` of all runs go bad. */
export function runsToTrust(rate: number, doubt: number): number {
  if (rate >= 1) return 1;
  return Math.max(1, Math.ceil(Math.log(doubt) / Math.log(1 - rate)));
}

/**
 * How sure it is that a site has to be skipped: `without` are runs in which all other guilty ones were skipped and it
 * was not, `good` the runs in which it was skipped too, all of which went well. If it made no difference, they were
 * luck.
 */
export function confidenceOf(without: Tally, good: number): number {
  return 1 - (1 - rateOf(without)) ** good;
}
