import type { Baseline } from '../report/baseline.ts';
import { NoResult } from '../report/saved.ts';
import { readBaseline } from '../results/baseline.ts';
import { badValue } from './failure.ts';

/** Reads `--baseline`; throws UsageError. */
export function openBaseline(path: string): Baseline {
  try {
    return readBaseline(path);
  } catch (error) {
    if (!(error instanceof NoResult)) throw error;
    throw badValue('--baseline', `a result that crossfree kept (${error.message})`, path);
  }
}
