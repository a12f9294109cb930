import { coreOf, whyNoCore } from './evidence/core-pattern.ts';
import { findGdb, GdbRefuses, type GdbRun, runUnderGdb } from './evidence/gdb/run.ts';
import { NoEvidence } from './evidence/read-evidence.ts';
import { inspectProgram } from './inspect/program.ts';
import type { Told } from './judge/autopsy/autopsy.ts';
import { toldOfRun } from './judge/autopsy/of-run.ts';
import type { Autopsy, Run } from './model/index.ts';
import { observe } from './observe.ts';
import type { Cell } from './plan/cell.ts';
import { preloadable } from './plan/installation.ts';

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
  /** Observed under gdb, which looks at the program at each finding and at a crash. */
  gdb?: boolean;
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
    const { told } = await under(gdb, {
      ...{ command, executable: facts.executable, cwd, env },
      ...(request.timeoutMs !== undefined && { timeoutMs: request.timeoutMs }),
    });
    return {
      told: [told],
      means: { chosen: 'gdb', why, others: [{ name: 'crash-record', why: record }] },
    };
  }
  let debugged: GdbRun | undefined;
  if (request.gdb && !gdb) throw new NoMeans(noGdb);
  const since = Date.now();
  const run = await observe({
    command,
    cwd,
    // a stack overflow of a thread is recorded only on a stack that the thread gets for it
    env: { CROSSFREE_CRASH_RECORD: 'threads', ...env },
    ledgerDir: request.ledgerDir,
    onFinding: 'faithful', // what is healed does not crash
    ...(request.gdb
      ? {
          runCell: async (cell: Cell) =>
            (debugged = await under(gdb ?? 'gdb', cell, preloadable(request.ledgerDir))),
        }
      : { inspectHeap: 'always' as const }),
    errorExitcode: 0,
    ...(request.timeoutMs !== undefined && { timeoutMs: request.timeoutMs }),
    ...(request.descriptors && { descriptors: request.descriptors }),
  });
  if (debugged) {
    return {
      told: [debugged.told, toldOfRun(run)],
      means: { chosen: 'gdb', why: 'it was asked for, with the runtime in the program', others: [] },
      run,
    };
  }
  const others = [{ name: 'gdb', why: gdb ? 'nothing that it would add was asked for' : noGdb }];
  const left = run.crashes ? undefined : await coreLeft(run, cwd, since);
  if (left) {
    const why = 'there is no crash record, and the program left one';
    return { told: [left, { ...toldOfRun(run), unknown: [] }], means: { chosen: 'core', why, others }, run };
  }
  others.push({
    name: 'core',
    why: whyNoCore() ?? 'the crash record tells the same, and whose block it was',
  });
  return {
    told: [toldOfRun(run)],
    means: {
      chosen: 'crash-record',
      why: request.means ? 'it was asked for' : 'it needs no second run, and knows whose block it was',
      others,
    },
    run,
  };
}

/** The core of a program that no crash record could be made of. */
async function coreLeft(run: Run, cwd: string, since: number): Promise<Told | undefined> {
  const pid = run.processes[0]?.pid;
  if (run.outcome.kind !== 'signal' || pid === undefined) return undefined;
  const file = coreOf(pid, cwd, since);
  if (file === undefined) return undefined;
  const { readCore } = await import('./evidence/core/read-core.ts');
  try {
    return { ...(await readCore(file)), file };
  } catch (error) {
    if (error instanceof NoEvidence) return undefined;
    throw error;
  }
}

async function under(...[gdb, cell, runtime]: Parameters<typeof runUnderGdb>): Promise<GdbRun> {
  try {
    return await runUnderGdb(gdb, cell, runtime);
  } catch (error) {
    if (error instanceof GdbRefuses) throw new NoMeans(error.message);
    throw error;
  }
}
