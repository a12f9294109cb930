import { compare } from '../answer.ts';
import { type Answer, type Claim, measured, type PageBlock } from '../experiment.ts';
import { type AllocatorFacts, factsOf, heapFacts } from '../heap-facts.ts';
import { numberOf, type Sample, where } from '../samples.ts';

const SIZES = [1, 25, 41, 57, 73];
/** glibc keeps the size of a chunk in a word before the block. */
const SIZE_WORD = 8;

const CLAIMS = [
  { id: 'usable', source: 'A', claimed: ['1 → 24', '25 → 40', '41 → 56', '57 → 72', '73 → 88'] },
  { id: 'one-byte', source: 'A', claimed: 2300 },
] as const satisfies Claim[];

export const experiment = measured<AllocatorFacts[]>({
  id: 'size-classes',
  title: 'How much an allocator gives when asked for so many bytes',
  needs: ['gcc'],
  uses: [],
  claims: CLAIMS,
  measure: (bench) => heapFacts(bench, 'sizes'),
  answersOf,
  pageOf,
});

const usableAt = (samples: readonly Sample[], size: number) =>
  numberOf(where(samples, { size })[0], 'usable');

/** What the measurement says to each claim. */
export function answersOf(facts: AllocatorFacts[]): Record<(typeof CLAIMS)[number]['id'], Answer> {
  const glibc = factsOf(facts);
  const cost = (usableAt(glibc, 1) + SIZE_WORD - 1) * 100;
  return {
    usable: compare(
      SIZES.map((size) => `${size} → ${usableAt(glibc, size)}`),
      [...CLAIMS[0].claimed],
      'malloc_usable_size on glibc: a chunk is a multiple of 16 bytes, of which one word is its size',
    ),
    'one-byte': {
      measured: cost,
      verdict: cost === CLAIMS[1].claimed ? 'holds' : cost > 1000 ? 'differs' : 'refuted',
      why: 'per cent; the claim counts the usable bytes alone, but the chunk has a size word of 8 bytes too, and is gone from the heap with it',
    },
  };
}

/** The page that a person reads. */
export function pageOf(facts: AllocatorFacts[]): PageBlock[] {
  return [
    {
      kind: 'table',
      header: ['asked for', ...facts.map(({ name }) => name)],
      rows: [1, 8, 16, 24, 25, 41, 57, 64, 73, 128, 256].map((size) => [
        String(size),
        ...facts.map(({ samples }) => String(usableAt(samples, size))),
      ]),
    },
    {
      kind: 'plot',
      title: 'Waste',
      x: { label: 'bytes asked for', scale: 'log2' },
      y: { label: 'usable bytes not asked for, in per cent', scale: 'log10' },
      series: facts.map(({ name, samples }) => ({
        name,
        points: samples.map((sample) => {
          const x = numberOf(sample, 'size');
          return { x, y: ((numberOf(sample, 'usable') - x) / x) * 100 };
        }),
      })),
    },
  ];
}
