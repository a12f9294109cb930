import { compare } from '../answer.ts';
import { type Answer, type Claim, measured, type PageBlock } from '../experiment.ts';
import { type AllocatorFacts, factsOf, GLIBC, heapFacts } from '../heap-facts.ts';
import { numberOf, type Sample } from '../samples.ts';

/** Bytes that a chunk has beside the largest request that it serves. */
const SIZE_WORD = 8;

const CLAIMS = [
  { id: 'entries', source: 'A', claimed: 7 },
  { id: 'bins', source: 'A', claimed: 64 },
  { id: 'largest', source: 'A', claimed: 'chunks up to 1032 bytes' },
] as const satisfies Claim[];

export const experiment = measured<AllocatorFacts[]>({
  id: 'tcache',
  title: "The cache of a thread in glibc's malloc, decoded while it lives",
  needs: ['gcc'],
  uses: [],
  claims: CLAIMS,
  measure: (bench) => heapFacts(bench, 'tcache', GLIBC),
  answersOf,
  pageOf,
});

const used = (facts: AllocatorFacts[]): Sample[] =>
  factsOf(facts).filter((sample) => numberOf(sample, 'bin') >= 0);

/** What the measurement says to each claim. */
export function answersOf(facts: AllocatorFacts[]): Record<(typeof CLAIMS)[number]['id'], Answer> {
  const samples = used(facts);
  const largest = Math.max(...samples.map((sample) => numberOf(sample, 'request')));
  return {
    entries: compare(
      Math.max(...samples.map((sample) => numberOf(sample, 'entries'))),
      7,
      'twelve blocks of each size were released; the count of each bin stands at the start of the heap',
    ),
    bins: compare(new Set(samples.map((sample) => sample.bin)).size, 64, 'bins whose count changed'),
    largest: {
      measured: `requests up to ${largest} bytes, chunks up to ${largest + SIZE_WORD}`,
      verdict: largest + SIZE_WORD === 1032 ? 'holds' : largest === 1032 ? 'differs' : 'refuted',
      why: 'the largest request is meant; its chunk has a size word more',
    },
  };
}

/** The page that a person reads. */
export function pageOf(facts: AllocatorFacts[]): PageBlock[] {
  const rows = factsOf(facts)
    .filter((sample) => 'request' in sample)
    .map((sample) => [numberOf(sample, 'request'), numberOf(sample, 'bin'), numberOf(sample, 'entries')])
    .filter(([, bin], index, all) => index < 3 || bin === -1 || all[index + 1]?.[1] === -1)
    .slice(0, 6);
  return [
    {
      kind: 'text',
      text: 'Twelve blocks of a size are released; the bin whose count changed, and its count.',
    },
    {
      kind: 'table',
      header: ['largest request', 'bin', 'entries'],
      rows: rows.map(([request, bin, entries]) => [
        String(request),
        bin === -1 ? 'none' : String(bin),
        String(entries),
      ]),
    },
  ];
}
