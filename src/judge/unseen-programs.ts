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
    return facts.obstacle && { ...facts.obstacle, module: facts.path };
  } catch {
    return undefined; // no such program: the exec failed
  }
}
