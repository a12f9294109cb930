import type { ProgramFacts } from '../inspect/program.ts';
import type { OnFinding } from '../model/index.ts';

/** Standard input, output and error of a program: our own, none, or an open descriptor. */
export type Standard = readonly [
  'inherit' | 'ignore' | number,
  'inherit' | 'ignore' | number,
  'inherit' | 'ignore' | number,
];

/** One run to be made, complete: whoever runs it needs to know nothing else. */
export interface Cell {
  /** The command as given; its first word is what the program sees as argv[0]. */
  command: string[];
  /** The file to start. */
  executable: string;
  /** Absolute. */
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Where the observed processes write their ledgers; absolute. */
  ledgerDir: string;
  /** Milliseconds after which the whole tree of processes is killed. */
  timeoutMs?: number;
  /** The program's standard input, output and error; absent: our own. */
  standard?: Standard;
  /** Open descriptors above 2 that the program gets as well. */
  descriptors?: number[];
}

export interface Wishes {
  command: string[];
  facts: ProgramFacts;
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Exists; absolute. */
  ledgerDir: string;
  /** The preload library; its path holds neither a colon nor white space. */
  runtime: string;
  onFinding: OnFinding;
  /** The program's exit status after --on-finding stop. */
  errorExitcode: number;
  timeoutMs?: number;
  /** The program's standard input, output and error; absent: our own. */
  standard?: Standard;
  descriptors?: number[];
}

/** The run that observes `wishes.command`. */
export function planCell(wishes: Wishes): Cell {
  const { command, facts, cwd, ledgerDir, timeoutMs, standard, descriptors } = wishes;
  const env: NodeJS.ProcessEnv = {
    ...wishes.env,
    CROSSFREE_LEDGER_DIR: ledgerDir,
    CROSSFREE_ON_FINDING: wishes.onFinding,
    CROSSFREE_ERROR_EXITCODE: String(wishes.errorExitcode),
  };
  if (facts.preloadable) {
    env.LD_PRELOAD = wishes.env.LD_PRELOAD ? `${wishes.runtime}:${wishes.env.LD_PRELOAD}` : wishes.runtime;
  }
  return {
    command,
    executable: facts.executable,
    cwd,
    env,
    ledgerDir,
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(standard && { standard }),
    ...(descriptors && { descriptors }),
  };
}
