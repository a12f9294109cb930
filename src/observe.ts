import { join } from 'node:path';
import type { Symbolizer } from './evidence/symbolizer.ts';
import { inspectProgram, type ProgramFacts } from './inspect/program.ts';
import type { Suppression } from './judge/suppressions.ts';
import { Keeper } from './ledger/keeper.ts';
import type { OnFinding, Run } from './model/index.ts';
import { type Cell, type Experiment, planCell, type Standard } from './plan/cell.ts';
import { preloadable } from './plan/installation.ts';
import { type RawRun, runProcess } from './run/process.ts';
import { TreeUsers } from './run/tree-users.ts';

export interface Request extends Experiment {
  /** The program and its arguments. */
  command: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** An empty directory for the ledgers; absolute. */
  ledgerDir: string;
  onFinding: OnFinding;
  /** The program's exit status after `stop`. */
  errorExitcode: number;
  timeoutMs?: number;
  /** The program's standard input, output and error; absent: our own. */
  standard?: Standard;
  /** Open descriptors above 2 that the program gets as well. */
  descriptors?: number[];
  suppressions?: Suppression[];
  /** Read glibc's heap from outside at each process's end: after a finding, or always. */
  inspectHeap?: true | 'always';
  /** Finds names; absent: one for this run alone. */
  symbolizer?: Symbolizer;
  /** Who runs the program; absent: we do, with our own terminal and signals. */
  runCell?: (cell: Cell) => Promise<RawRun>;
}

/**
 * One observed run through all stages. Throws CannotStart when there is no such program, NotBuilt when
 * the runtime is missing, and BadArrangement when an allocator of the arrangement is.
 */
export async function observe(request: Request): Promise<Run> {
  const { command, cwd, env, ledgerDir, onFinding, suppressions } = request;
  const facts = await inspectProgram(command[0] ?? '', cwd, env);
  const inspector =
    request.inspectHeap && new (await import('./evidence/heap/at-exit.ts')).HeapInspector(ledgerDir);
  const cell = planCell({ ...request, facts, runtime: preloadable(ledgerDir) });
  const tree = new TreeUsers(ledgerDir);
  const keeper = new Keeper(ledgerDir, tree.users, inspector);
  const running = (request.runCell ?? runProcess)(cell).finally(() => {
    keeper.stop();
    tree.stop();
  });
  // what comes after the run is loaded while the program runs
  const later = Promise.all([import('./ledger/read.ts'), import('./judge/judge.ts')]);
  later.catch(() => {}); // told below, after the program's own failure
  const { outcome, pid, lastWords } = await running;
  const [{ readFolder }, { judge }] = await later;
  const { ledgers, ignored } = readFolder(ledgerDir, tree.users);
  return judge({
    command,
    facts: await withObstacle(
      facts,
      ledgers.some((ledger) => ledger.path.startsWith(join(ledgerDir, `${pid}-`))),
    ),
    outcome,
    rootPid: pid,
    ...(lastWords && { lastWords }),
    ledgers,
    ignored,
    onFinding,
    ...(request.arrangement && { wanted: request.arrangement }),
    ...(request.recordReleases && { releases: { named: request.nameReleases ?? [] } }),
    ...(request.symbolizer && { symbolizer: request.symbolizer }),
    ...(inspector && {
      corruption: inspector.corruption,
      heaps: inspector.heaps,
      unreadHeaps: [...inspector.unread],
    }),
    ...(suppressions && { suppressions }),
  });
}

/** What was seen decides: a ledger disproves an obstacle, its absence is one. */
async function withObstacle(facts: ProgramFacts, observed: boolean): Promise<ProgramFacts> {
  const { obstacle, ...rest } = facts;
  if (observed) return rest;
  if (obstacle) return facts;
  const { explainUnobserved } = await import('./inspect/unobserved.ts');
  return { ...rest, obstacle: await explainUnobserved(facts) };
}
