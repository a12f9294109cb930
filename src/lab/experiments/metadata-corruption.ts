import { check, notMeasurable } from '../answer.ts';
import { type Answer, type Claim, measured, type PageBlock } from '../experiment.ts';
import { FAULT_HEADER, type FaultRun, faultRows, heapFaults } from '../heap-faults.ts';

const CLAIMS = [
  { id: 'debug-overflow', source: 'A', claimed: 'the debug allocator detects an overflow and aborts' },
] as const satisfies Claim[];

export const experiment = measured<FaultRun[]>({
  id: 'metadata-corruption',
  title: "An allocator's own words overwritten: who notices, when, and what it says",
  needs: ['gcc'],
  uses: [],
  claims: CLAIMS,
  measure: (bench) => heapFaults(bench, ['healthy', 'past-end', 'size-word', 'list']),
  answersOf,
  pageOf,
});

/** What the runs say to each claim. */
export function answersOf(runs: FaultRun[]): Record<(typeof CLAIMS)[number]['id'], Answer> {
  const on = (fault: string) => runs.find((run) => run.allocator === 'debug' && run.fault === fault);
  const [healthy, past] = [on('healthy'), on('past-end')];
  if (!healthy || !past) return { 'debug-overflow': notMeasurable("the lab's debug allocator is not built") };
  return {
    'debug-overflow': check(
      past.outcome === 'SIGABRT' && healthy.outcome === 'exit 0',
      [`past the end: ${past.outcome}, ${past.last}`, `healthy: ${healthy.outcome}`],
      'one byte past the end; it is noticed when the block is released, not when it is written',
    ),
  };
}

/** The page that a person reads. */
export function pageOf(runs: FaultRun[]): PageBlock[] {
  return [{ kind: 'table', header: FAULT_HEADER, rows: faultRows(runs) }];
}
