import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { Allocator, World } from '../model/index.ts';
import { listAllocators } from '../plan/allocators.ts';
import { MatrixSearch } from '../search/matrix/make.ts';
import type { Matrix } from '../search/matrix/result.ts';
import type { Shard } from '../search/shard.ts';
import type { Addresses } from '../search/trial.ts';
import type { ProgramOptions } from './run.ts';

export type { Cell as MatrixCell, CellRun, Matrix } from '../search/matrix/result.ts';
export type { Shard } from '../search/shard.ts';

/** What we need of an AbortSignal. */
export interface Interrupt {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface MatrixOptions extends ProgramOptions {
  /** Move only these; absent: every world that the program uses. */
  worlds?: World[];
  /** Onto these only, by name or absolute path; absent: all that are on this machine. */
  allocators?: Allocator[];
  /** Every combination of worlds and allocators. */
  full?: boolean;
  /** Runs of each cell; absent: 3. */
  repeat?: number;
  /** The order of the runs; absent: 1. */
  seed?: number;
  /** Where things lie in memory: alike in all runs, or as chance has it; absent: `same`. */
  addresses?: Addresses;
  /** Runs at once; absent: as many as there are cores. */
  jobs?: number;
  /** Resident bytes that one run may take. */
  memory?: number;
  /** Each run in a copy of the working directory. */
  copyCwd?: boolean;
  /** A file for the program's standard input; absent: none. */
  stdin?: string;
  /** A shell command that makes good what a run changed. */
  reset?: string;
  /** Only this part of the cells. */
  shard?: Shard;
  /** Called with what is going on, in a few words. */
  progress?: (text: string) => void;
  /** Ends the search early; what has finished is handed back. */
  signal?: Interrupt;
}

const TIMEOUT_MS = 30_000;
const REPEAT = 3;

/**
 * Runs one program under every allocator, each run isolated, as `crossfree matrix` does. Throws CannotStart,
 * NotBuilt, BadArrangement.
 */
export async function matrix(command: readonly string[], options: MatrixOptions = {}): Promise<Matrix> {
  const { cwd, env, stdin, progress = () => {}, signal, ...rest } = options;
  const search = new MatrixSearch({
    full: false,
    repeat: REPEAT,
    seed: 1,
    jobs: availableParallelism(),
    timeoutMs: TIMEOUT_MS,
    copyCwd: false,
    addresses: 'same',
    allocators: listAllocators().flatMap((found) => ('missing' in found ? [] : [found.name])),
    ...rest,
    command: [...command],
    cwd: cwd ?? process.cwd(),
    env: env ?? process.env,
    ...(stdin !== undefined && { stdin: resolve(stdin) }),
  });
  const stop = () => search.stop();
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop);
  try {
    return await search.make({ progress, planned: () => {} });
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
