import type { Baseline } from '../report/baseline.ts';
import { fingerprint } from '../report/fingerprint.ts';
import { findingsOf } from './account.ts';
import { openResult } from './open.ts';

/** The findings of any kept result, as a baseline. Throws NoResult. */
export function readBaseline(path: string): Baseline {
  return new Set(findingsOf(openResult(path).result).map(fingerprint));
}
