import { type Answer, type Claim, measured, type PageBlock } from '../experiment.ts';
import { MIB_BYTES } from '../figures.ts';
import { type AllocatorFacts, factsOf, GLIBC, heapFacts } from '../heap-facts.ts';
import { numberOf } from '../samples.ts';

const CLAIMS = [
  { id: 'third', source: 'A', claimed: 'a request for 48 takes the third of 32, 16 and 64' },
  { id: 'free-bytes', source: 'A', claimed: 112 },
] as const satisfies Claim[];

export interface Measurement {
  holes: AllocatorFacts[];
  /** glibc without its thread's cache and fast bins. */
  classic: AllocatorFacts[];
  churn: AllocatorFacts[];
}

export const experiment = measured<Measurement>({
  id: 'fragmentation',
  title: 'Holes between blocks, and what stays resident',
  needs: ['gcc'],
  uses: [],
  claims: CLAIMS,
  measure: async (bench) => ({
    holes: await heapFacts(bench, 'holes'),
    classic: await heapFacts(bench, 'holes', GLIBC, {
      GLIBC_TUNABLES: 'glibc.malloc.tcache_count=0:glibc.malloc.mxfast=0',
    }),
    churn: await heapFacts(bench, 'churn'),
  }),
  answersOf,
  pageOf,
});

const tookOf = (facts: readonly AllocatorFacts[]) => numberOf(factsOf(facts)[0], 'took');
const words = (took: number) => ['fresh memory', 'the first', 'the second', 'the third'][took] ?? 'unknown';

/** What the measurement says to each claim. */
export function answersOf({ holes, classic }: Measurement): Record<(typeof CLAIMS)[number]['id'], Answer> {
  const [now, without] = [tookOf(holes), tookOf(classic)];
  const free = numberOf(factsOf(holes)[0], 'freeBytes');
  return {
    third: {
      measured: [words(now), `without the thread's cache and fast bins: ${words(without)}`],
      verdict: now === 3 ? 'holds' : 'refuted',
      why: "the thread's cache and the fast bins serve exact sizes only, so no hole fits and the block comes from the top of the heap",
    },
    'free-bytes': {
      measured: free,
      verdict: free === 112 ? 'holds' : free > 112 ? 'differs' : 'refuted',
      why: 'usable bytes of the three: each is rounded up to its size class',
    },
  };
}

/** The page that a person reads. */
export function pageOf({ holes, churn }: Measurement): PageBlock[] {
  return [
    {
      kind: 'table',
      header: ['allocator', 'a request for 48 takes', 'usable bytes that were free'],
      rows: holes.map(({ name, samples }) => [
        name,
        words(numberOf(samples[0], 'took')),
        String(numberOf(samples[0], 'freeBytes')),
      ]),
    },
    {
      kind: 'plot',
      title: 'Churn: blocks of changing sizes come and go, in the second half they only go',
      x: { label: 'step', scale: 'linear' },
      y: { label: 'MiB', scale: 'linear' },
      series: [
        { name: 'live bytes', from: factsOf(churn), field: 'live' },
        ...churn.map(({ name, samples }) => ({ name, from: samples, field: 'resident' })),
      ].map(({ name, from, field }) => ({
        name,
        points: from.map((sample) => ({
          x: numberOf(sample, 'step'),
          y: numberOf(sample, field) / MIB_BYTES,
        })),
      })),
    },
  ];
}
