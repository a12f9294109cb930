import type { Symbolizer } from '../../evidence/symbolizer.ts';
import type { Crash, HeapAccount, ObservedProcess } from '../../model/index.ts';
import { type RuntimeFunction, runtimeFunctions } from '../functions.ts';
import type { WorldNames } from '../world-names.ts';
import type { RawCrash } from './raw.ts';

/**
 * The crashes of a run. One whose process ended in another way after all (somebody else ended it first) is
 * left out: nothing crashed.
 */
export async function crashesOf(
  raw: readonly RawCrash[],
  processes: readonly ObservedProcess[],
  names: WorldNames,
  tools: {
    functions?: RuntimeFunction[];
    symbolizer?: Symbolizer;
    heaps?: ReadonlyMap<number, HeapAccount>;
  },
): Promise<Crash[]> {
  // several threads may crash at once; the process dies of one
  const byProcess = new Map<number, RawCrash>();
  for (const crash of raw) {
    const before = byProcess.get(crash.pid);
    if (!before || (crash.complete && !before.complete)) byProcess.set(crash.pid, crash);
  }
  // a vfork's child is in no list of processes
  const fatal = [...byProcess.values()].filter(
    ({ pid }) => !processes.some((process) => process.pid === pid && process.outcome.kind !== 'signal'),
  );
  if (fatal.length === 0) return [];
  const { finishCrashes } = await import('./finish.ts');
  const crashes = await finishCrashes(fatal, names, tools.functions ?? runtimeFunctions(), tools.symbolizer);
  return crashes.map((crash) => {
    const heap = tools.heaps?.get(crash.pid);
    return { ...crash, ...(heap && { heap }) };
  });
}
