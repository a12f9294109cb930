/**
 * How a process ended. `exceeded`: we ended it since it took more of that than it may. `unrecorded`: a child
 * that we did not wait for and that left no exit record.
 */
export type Outcome =
  | { kind: 'exit'; code: number }
  | { kind: 'signal'; signal: string; message?: string; exceeded?: 'memory' | 'processes' }
  | { kind: 'timeout'; afterMs: number }
  | { kind: 'unrecorded' };

/** Worst first. */
export const VERDICTS = [
  'silent',
  'latent',
  'healed',
  'crashed',
  'caught',
  'hung',
  'killed',
  'clean',
  'unobservable',
] as const;

export type Verdict = (typeof VERDICTS)[number];

export type Coverage = 'full' | 'partial' | 'none';

/** Something that could not be seen, why, and what mends it. */
export interface Gap {
  /** Path of the module or program concerned; absent when it concerns the whole run. */
  module?: string;
  reason: string;
  remedy: string;
}
