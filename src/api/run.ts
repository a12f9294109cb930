import { parseSuppressions } from '../judge/suppressions.ts';
import type { Arrangement, OnFinding, Run } from '../model/index.ts';
import { observe } from '../observe.ts';
import { discard } from '../run/discard.ts';
import { ledgerFolder, privateFolder } from '../run/folder.ts';

export { CannotStart } from '../inspect/resolve.ts';
export * from '../model/index.ts';
export { BadArrangement } from '../plan/arrangement.ts';
export { NotBuilt } from '../plan/installation.ts';

/** What every observed program needs to know. */
export interface ProgramOptions {
  /** Working directory; absent: our own. */
  cwd?: string;
  /** Absent: our own. */
  env?: Record<string, string | undefined>;
  /** Milliseconds after which the program and its children are killed. */
  timeoutMs?: number;
}

/** Where a program's standard input, output or error goes: our own, nowhere, or an open descriptor. */
export type Stream = 'inherit' | 'ignore' | number;

export interface RunOptions extends ProgramOptions {
  /** What happens after a finding; absent: `heal`. */
  onFinding?: OnFinding;
  /** Worlds to be put on other allocators. */
  arrangement?: Arrangement;
  /** Known findings, as in a suppressions file. */
  suppressions?: string;
  /** The program's standard input, output and error; absent: our own. */
  standard?: readonly [stdin: Stream, stdout: Stream, stderr: Stream];
}

/**
 * Observes one program that nobody rebuilt, as `crossfree run` does. Throws CannotStart when there is no such
 * program, NotBuilt when the runtime is missing, BadArrangement when an allocator is.
 */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<Run> {
  const { cwd, env, onFinding = 'heal', suppressions, ...rest } = options;
  return inFolder((ledgerDir) =>
    observe({
      ...rest,
      command: [...command],
      cwd: cwd ?? process.cwd(),
      env: env ?? process.env,
      ledgerDir,
      onFinding,
      errorExitcode: 99,
      ...(suppressions !== undefined && { suppressions: parseSuppressions(suppressions, 'suppressions') }),
    }),
  );
}

/** Gives a folder for ledgers that is removed afterwards. */
export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = privateFolder('crossfree-');
  try {
    return await use(ledgerFolder(folder));
  } finally {
    discard(folder);
  }
}
