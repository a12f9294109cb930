import { join } from 'node:path';
import { bareAllocators, runOn } from './bare-allocators.ts';
import { compile } from './compile.ts';
import type { Workbench } from './experiment.ts';
import { outcomeText } from './outcome-text.ts';

/** One fault on one allocator: how far it came, how it ended, what was said. */
export interface FaultRun {
  allocator: string;
  fault: string;
  outcome: string;
  /** The last step that the specimen told. */
  last: string;
  steps: string[];
  words: string;
}

/** Runs each fault on every allocator of this machine, with nothing else preloaded. */
export async function heapFaults(bench: Workbench, faults: readonly string[]): Promise<FaultRun[]> {
  const program = await compile(
    ['gcc', '-O1', '-w', '-fno-builtin-malloc', '-fno-builtin-free'],
    join(bench.specimens, 'heap-faults.c'),
    join(bench.directory, 'heap-faults'),
  );
  const runs: FaultRun[] = [];
  for (const allocator of bareAllocators()) {
    for (const fault of faults) {
      bench.progress(`${fault} on ${allocator.name}`);
      const options = { directory: bench.directory, timeoutMs: 5000 };
      const { outcome, stdout, stderr } = await runOn(allocator, [program, fault], options);
      const steps = stdout.trim().split('\n');
      const words = stderr.trim().split('\n')[0] ?? '';
      runs.push({
        allocator: allocator.name,
        fault,
        outcome: outcomeText(outcome),
        last: steps.at(-1) ?? '',
        steps,
        words,
      });
    }
  }
  return runs;
}

/** The runs as rows of a page. */
export function faultRows(runs: readonly FaultRun[]): string[][] {
  return runs.map(({ allocator, fault, outcome, last, words }) => [fault, allocator, outcome, last, words]);
}

export const FAULT_HEADER = ['fault', 'allocator', 'outcome', 'last step', 'its words'];
