import { findGdb, runUnderGdb } from './evidence/gdb-batch.ts';
import { inspectProgram } from './inspect/program.ts';
import type { Told } from './judge/autopsy/autopsy.ts';
import { toldOfRun } from './judge/autopsy/of-run.ts';
import type { Autopsy, Run } from './model/index.ts';
import { observe } from './observe.ts';

/** How a program that is run can tell of its crash. */
export const MEANS = ['crash-record', 'gdb'] as const;
export type Means = (typeof MEANS)[number];

export interface AutopsyRequest {
  command: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** An empty directory; absolute. */
  ledgerDir: string;
  /** Absent: the best that the machine and the program allow. */
  means?: Means;
  timeoutMs?: number;
  descriptors?: number[];
}

export interface AutopsyRun {
  told: Told[];
  means: NonNullable<Autopsy['means']>;
  /** What was observed, where the runtime was there. */
  run?: Run;
}

/** No means is left; the message says why not. */
export class NoMeans extends Error {}

/** Runs a program once, to its end, and gives what it left behind. Throws CannotStart and NoMeans. */
export async function runForAutopsy(request: AutopsyRequest): Promise<AutopsyRun> {
  const { command, cwd, env } = request;
  const facts = await inspectProgram(command[0] ?? '', cwd, env);
  const gdb = findGdb();
  const noGdb = 'gdb is not installed: `apt-get install gdb`';
  if (request.means === 'gdb' || (facts.obstacle && request.means === undefined && gdb)) {
    if (!gdb) throw new NoMeans(noGdb);
    const why =
      request.means === 'gdb' ? 'it was asked for' : 'it sees also what nothing can be preloaded into';
    const record = facts.obstacle ? facts.obstacle.reason : 'gdb was asked for';
    return {
      told: [runUnderGdb(gdb, command, cwd)],
      means: { chosen: 'gdb', why, others: [{ name: 'crash-record', why: record }] },
    };
  }
  const run = await observe({
    command,
    cwd,
    env,
    ledgerDir: request.ledgerDir,
    onFinding: 'faithful', // what is healed does not crash
    inspectHeap: 'always',
    errorExitcode: 0,
    ...(request.timeoutMs !== undefined && { timeoutMs: request.timeoutMs }),
    ...(request.descriptors && { descriptors: request.descriptors }),
  });
  return {
    told: [toldOfRun(run)],
    means: {
      chosen: 'crash-record',
      why: request.means ? 'it was asked for' : 'it needs no second run, and knows whose block it was',
      others: [{ name: 'gdb', why: gdb ? 'nothing that it would add was asked for' : noGdb }],
    },
    run,
  };
}
