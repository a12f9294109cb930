import { inspectProgram } from '../inspect/program.ts';
import type { Ledger } from '../ledger/records.ts';
import type { Gap } from '../model/index.ts';
import type { Collected } from './collect.ts';

/** Programs that observed processes became, and that left no ledger of their own. */
export async function unseenPrograms(collected: Collected, ledgers: readonly Ledger[]): Promise<Gap[]> {
  const gaps = new Map<string, Gap>();
  for (const { record, ledger, failed } of collected.execs) {
    if (failed || gaps.has(record.path)) continue;
    const seen = ledgers.some(
      (other) => other !== ledger && other.pid === record.pid && other.startedNs > ledger.startedNs,
    );
    if (seen) continue;
    const gap = await explain(record.path, record.preserved !== 0);
    if (gap) gaps.set(record.path, gap);
  }
  return [...gaps.values()];
}

/** Nothing forbids its observation that a look at the file could tell. */
const NO_LEDGER = {
  reason: 'it was started and left no ledger: it may not write where the ledgers are, or was still starting',
  remedy: 'run it by itself under crossfree, as the user that it runs as',
};

async function explain(path: string, preserved: boolean): Promise<Gap | undefined> {
  if (!preserved) {
    return {
      module: path,
      reason: 'started with an environment that does not ask for the runtime',
      remedy:
        'let its parent pass LD_PRELOAD and the CROSSFREE_ variables on, or run it under crossfree by itself',
    };
  }
  try {
    const facts = await inspectProgram(path, '/', process.env);
    return { ...(facts.obstacle ?? NO_LEDGER), module: facts.path };
  } catch {
    return undefined; // no such program: the exec failed
  }
}
