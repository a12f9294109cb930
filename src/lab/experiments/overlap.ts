import { notMeasurable } from '../answer.ts';
import { type Answer, type Claim, measured, type PageBlock } from '../experiment.ts';
import { FAULT_HEADER, type FaultRun, faultRows, heapFaults } from '../heap-faults.ts';

const CLAIMS = [
  {
    id: 'two-owners',
    source: 'A',
    claimed: 'a double free makes the allocator hand the same block to two owners',
  },
] as const satisfies Claim[];

export const experiment = measured<FaultRun[]>({
  id: 'overlap',
  title: 'A double free, and who owns the block afterwards',
  needs: ['gcc'],
  uses: [],
  claims: CLAIMS,
  measure: (bench) => heapFaults(bench, ['healthy', 'twice', 'between']),
  answersOf,
  pageOf,
});

/** What the runs say to each claim: `differs` where only a way round glibc's check leads there. */
export function answersOf(runs: FaultRun[]): Record<(typeof CLAIMS)[number]['id'], Answer> {
  const glibc = runs.filter(({ allocator }) => allocator === 'glibc');
  const owned = (fault: string) =>
    glibc.some((run) => run.fault === fault && run.steps.includes('two owners'));
  if (glibc.length === 0) return { 'two-owners': notMeasurable('nothing ran on glibc') };
  return {
    'two-owners': {
      measured: glibc.map(({ fault, outcome, last }) => `${fault}: ${outcome}, ${last}`),
      verdict: owned('healthy')
        ? 'refuted'
        : owned('twice')
          ? 'holds'
          : owned('between')
            ? 'differs'
            : 'refuted',
      why: "on glibc the thread's cache notices a block that it already holds; behind a full cache, with another block released between, nothing does",
    },
  };
}

/** The page that a person reads. */
export function pageOf(runs: FaultRun[]): PageBlock[] {
  return [{ kind: 'table', header: FAULT_HEADER, rows: faultRows(runs) }];
}
