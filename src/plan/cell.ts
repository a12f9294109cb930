import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProgramFacts } from '../inspect/program.ts';
import type { OnFinding } from '../model/index.ts';
import { planArrangement, type WantedArrangement } from './arrangement.ts';

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

/** What is asked of one run beyond observing it. */
export interface Experiment {
  /** World → allocator's name or path of a shared object; the others stay where they are. */
  arrangement?: WantedArrangement;
  /** Every place that releases a block is written down. */
  recordReleases?: true;
  /** Ids of release sites whose stacks are to have names in the result. */
  nameReleases?: readonly string[];
  /** Ids of release sites whose releases do not happen, or `all`: their blocks stay live. */
  skipReleases?: readonly string[] | 'all';
  /** Blocks of one allocator are compared by their extents, not by their starts alone. */
  overlaps?: true;
}

export interface Wishes extends Experiment {
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
  /** Stand still at the end, so that the heap can be read: after a finding, or always. */
  inspectHeap?: true | 'always';
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
  if (wishes.inspectHeap)
    env.CROSSFREE_INSPECT_HEAP = wishes.inspectHeap === 'always' ? 'always' : 'after-finding';
  else delete env.CROSSFREE_INSPECT_HEAP;
  // what another crossfree above us asked for is not meant for this run
  delete env.CROSSFREE_ARRANGEMENT;
  if (wishes.overlaps) env.CROSSFREE_OVERLAPS = '1';
  else delete env.CROSSFREE_OVERLAPS;
  if (facts.preloadable) {
    const arranged = arrange(wishes, env);
    const preload = [wishes.runtime, ...arranged].join(':');
    env.LD_PRELOAD = wishes.env.LD_PRELOAD ? `${preload}:${wishes.env.LD_PRELOAD}` : preload;
  }
  const { recordReleases, skipReleases = [] } = wishes;
  if (recordReleases) env.CROSSFREE_RECORD_RELEASES = '1';
  else delete env.CROSSFREE_RECORD_RELEASES;
  // also when nothing is skipped: what the environment holds moves the stack
  if (recordReleases || skipReleases.length > 0)
    env.CROSSFREE_SKIP_RELEASES = listOfSkipped(skipReleases, ledgerDir);
  else delete env.CROSSFREE_SKIP_RELEASES;
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

/** The file that the runtime reads. */
function listOfSkipped(sites: readonly string[] | 'all', directory: string): string {
  const path = join(directory, 'skipped-releases');
  const lines = sites === 'all' ? ['*'] : sites;
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  return path;
}

/** Puts the arrangement into the environment; gives what has to be preloaded for it. */
function arrange({ arrangement, ledgerDir, env: { LD_PRELOAD } }: Wishes, env: NodeJS.ProcessEnv): string[] {
  if (!arrangement || Object.keys(arrangement).length === 0) return [];
  const { value, libraries } = planArrangement(arrangement, ledgerDir, LD_PRELOAD);
  env.CROSSFREE_ARRANGEMENT = value;
  return libraries;
}
