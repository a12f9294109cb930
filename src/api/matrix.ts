import type { Allocator, World } from '../model/index.ts';
import { soundAllocators } from '../plan/allocators.ts';
import { MatrixSearch } from '../search/matrix/make.ts';
import type { Matrix } from '../search/matrix/result.ts';
import type { Shard } from '../search/shard.ts';
import type { Addresses } from '../search/trial.ts';
import type { SearchOptions } from './search.ts';
import { interruptible, searchWishes } from './wishes.ts';

export type { Cell as MatrixCell, CellRun, Matrix } from '../search/matrix/result.ts';
export type { Shard } from '../search/shard.ts';
export type { Interrupt, SearchOptions } from './search.ts';

export interface MatrixOptions extends SearchOptions {
  /** Move only these; absent: every world that the program uses. */
  worlds?: World[];
  /** Onto these only, by name or absolute path; absent: all of this machine that are no mere experiment. */
  allocators?: Allocator[];
  /** Every combination of worlds and allocators. */
  full?: boolean;
  /** Where things lie in memory: alike in all runs, or as chance has it; absent: `same`. */
  addresses?: Addresses;
  /** Only this part of the cells. */
  shard?: Shard;
}

/**
 * Runs one program under every allocator, each run isolated, as `crossfree matrix` does. Throws CannotStart,
 * NotBuilt, BadArrangement.
 */
export async function matrix(command: readonly string[], options: MatrixOptions = {}): Promise<Matrix> {
  const { progress = () => {}, signal } = options;
  const search = new MatrixSearch({
    full: false,
    addresses: 'same',
    allocators: soundAllocators(),
    ...searchWishes(command, options),
  });
  return interruptible(search, signal, () => search.make({ progress, planned: () => {} }));
}
