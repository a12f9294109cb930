import { compare } from '../answer.ts';
import { type Answer, type Claim, measured, type PageBlock } from '../experiment.ts';
import { type AllocatorFacts, factsOf, heapFacts } from '../heap-facts.ts';
import { numberOf, type Sample, where } from '../samples.ts';

const SIZES = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096];

const CLAIMS = [
  { id: 'survive', source: 'A', claimed: '48 of 64 bytes survive' },
  { id: 'replaced', source: 'A', claimed: 'the first 16 are replaced' },
] as const satisfies Claim[];

export const experiment = measured<AllocatorFacts[]>({
  id: 'after-free',
  title: 'What a released block still holds, read through a new one of the same size',
  needs: ['gcc'],
  uses: [],
  claims: CLAIMS,
  measure: (bench) => heapFacts(bench, 'after-free'),
  answersOf,
  pageOf,
});

/** What the measurement says to each claim. */
export function answersOf(facts: AllocatorFacts[]): Record<(typeof CLAIMS)[number]['id'], Answer> {
  const at = where(factsOf(facts), { size: 64 })[0];
  return {
    survive: compare(
      `${numberOf(at, 'survived')} of 64 bytes survive`,
      CLAIMS[0].claimed,
      'on glibc, for two patterns that differ in every bit',
    ),
    replaced: compare(
      `the first ${numberOf(at, 'firstKept')} are replaced`,
      CLAIMS[1].claimed,
      "the thread's cache keeps its list and the key by which it knows a double free there",
    ),
  };
}

/** The page that a person reads. */
export function pageOf(facts: AllocatorFacts[]): PageBlock[] {
  const cell = (sample: Sample | undefined) => {
    if (sample === undefined) return '-';
    return sample.same === 1 ? String(numberOf(sample, 'survived')) : 'not handed out again';
  };
  return [
    {
      kind: 'text',
      text: 'Bytes of a pattern that are still there when the same block is handed out again.',
    },
    {
      kind: 'table',
      header: ['bytes', ...facts.map(({ name }) => name)],
      rows: SIZES.map((size) => [
        String(size),
        ...facts.map(({ samples }) => cell(where(samples, { size })[0])),
      ]),
    },
  ];
}
