import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { Interrupt, SearchOptions } from './search.ts';

const TIMEOUT_MS = 30_000;
const REPEAT = 3;

/** What a search wants to know, with what goes without saying. */
export function searchWishes<Options extends SearchOptions>(command: readonly string[], options: Options) {
  const { cwd, env, stdin, progress, signal, ...rest } = options;
  return {
    repeat: REPEAT,
    seed: 1,
    jobs: availableParallelism(),
    timeoutMs: TIMEOUT_MS,
    copyCwd: false,
    ...rest,
    command: [...command],
    cwd: cwd ?? process.cwd(),
    env: env ?? process.env,
    ...(stdin !== undefined && { stdin: resolve(stdin) }),
  };
}

/** Makes what the search makes, and stops it when the signal says so. */
export async function interruptible<Result>(
  search: { stop(): void },
  signal: Interrupt | undefined,
  make: () => Promise<Result>,
): Promise<Result> {
  const stop = () => search.stop();
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop);
  try {
    return await make();
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
