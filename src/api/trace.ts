import type { Trace } from '../model/trace.ts';
import { traceProgram } from '../trace.ts';
import { inFolder, type ProgramOptions } from './run.ts';

export type * from '../model/trace.ts';

export interface TraceOptions extends ProgramOptions {
  /** Bytes that the recording of one process may have; absent: 2 GiB. */
  maxSize?: number;
}

/** Records every allocation and release of a program, as `crossfree trace` does. Throws CannotStart, NotBuilt. */
export async function trace(command: readonly string[], options: TraceOptions = {}): Promise<Trace> {
  const { cwd, env, maxSize = 2 * 2 ** 30, ...rest } = options;
  return inFolder((directory) =>
    traceProgram({
      ...rest,
      command: [...command],
      cwd: cwd ?? process.cwd(),
      env: env ?? process.env,
      directory,
      maxSize,
    }),
  );
}
