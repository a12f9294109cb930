import type { Arrangement, ForgetResult } from '../model/index.ts';
import { ForgetSearch } from '../search/forget/make.ts';
import type { SearchOptions } from './search.ts';
import { interruptible, searchWishes } from './wishes.ts';

export interface ForgetOptions extends SearchOptions {
  /** Worlds to be put on other allocators. */
  arrangement?: Arrangement;
  /** The program is run no more often than that; absent: 40. */
  mostRuns?: number;
  /** Whether what the ledger proves is tried first; absent: true. */
  useFindings?: boolean;
}

const MOST_RUNS = 40;

/**
 * Finds the releases that are to blame for how a program ends, as `crossfree forget` does. Throws CannotStart,
 * NotBuilt, BadArrangement.
 */
export async function forget(command: readonly string[], options: ForgetOptions = {}): Promise<ForgetResult> {
  const { progress = () => {}, signal } = options;
  const search = new ForgetSearch({
    mostRuns: MOST_RUNS,
    useFindings: true,
    ...searchWishes(command, options),
  });
  return interruptible(search, signal, () => search.make({ progress }));
}
