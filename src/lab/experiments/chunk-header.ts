import { compare } from '../answer.ts';
import { type Answer, type Claim, measured, type PageBlock } from '../experiment.ts';
import { type AllocatorFacts, factsOf, GLIBC, heapFacts } from '../heap-facts.ts';
import { numberOf, type Sample, where } from '../samples.ts';

/** The low bits of a chunk's size word. */
const PREV_INUSE = 1;
const IS_MMAPPED = 2;
const NON_MAIN_ARENA = 4;
const FLAGS = 7;

const CLAIMS = [
  { id: 'word', source: 'A', claimed: '0x51 = 80 | PREV_INUSE' },
  { id: 'overhead', source: 'A', claimed: '16 bytes' },
  { id: 'fastbin', source: 'A', claimed: '24 bytes is a fastbin size' },
  { id: 'smallbin', source: 'A', claimed: '512 bytes is a smallbin size' },
  { id: 'mmapped', source: 'A', claimed: '131072 bytes is large or mmapped (flag 0x2)' },
] as const satisfies Claim[];

export const experiment = measured<AllocatorFacts[]>({
  id: 'chunk-header',
  title: "The words before a block of glibc's malloc",
  needs: ['gcc'],
  uses: [],
  claims: CLAIMS,
  measure: (bench) => heapFacts(bench, 'chunks', GLIBC),
  answersOf,
  pageOf,
});

/** A size word in words: its size and the names of its flags. */
export function decoded(word: number): string {
  const names = Object.entries({ PREV_INUSE, IS_MMAPPED, NON_MAIN_ARENA })
    .filter(([, bit]) => (word & bit) !== 0)
    .map(([name]) => name);
  return [`0x${word.toString(16)} = ${word & ~FLAGS}`, ...names].join(' | ');
}

const wordsAt = (samples: readonly Sample[], size: number) =>
  where(samples, { size }).map((sample) => Number(sample.word));

/** What the measurement says to each claim; `decode` puts a size word in words. */
export function answersOf(
  facts: AllocatorFacts[],
  decode = decoded,
): Record<(typeof CLAIMS)[number]['id'], Answer> {
  const samples = factsOf(facts);
  const [word = 0] = wordsAt(samples, 64);
  const over = (size: number) => ((wordsAt(samples, size)[0] ?? 0) & ~FLAGS) - size;
  const heldBack = (freed: number) => numberOf(where(samples, { freed })[0], 'heldBack') === 1;
  const large = wordsAt(samples, 131072);
  const mmapped = large.filter((each) => (each & IS_MMAPPED) !== 0);
  return {
    word: compare(decode(word), CLAIMS[0].claimed, 'the word 8 bytes before a block of 64 bytes'),
    overhead: {
      measured: [64, 72, 24].map((size) => `${over(size)} bytes at ${size}`),
      verdict: [64, 72, 24].every((size) => over(size) === 16)
        ? 'holds'
        : over(64) === 16
          ? 'differs'
          : 'refuted',
      why: 'the size word takes 8 bytes and the rest is rounding to 16, so it is 16 at 64 bytes by chance; the word at -16 belongs to the block before',
    },
    fastbin: compare(
      heldBack(24) ? '24 bytes is a fastbin size' : '24 bytes is not held back',
      CLAIMS[2].claimed,
      "released behind a full thread's cache, the chunk after it still takes it for used, as in a fastbin; seven go to the thread's cache first",
    ),
    smallbin: compare(
      heldBack(512) ? '512 bytes is held back' : '512 bytes is a smallbin size',
      CLAIMS[3].claimed,
      'released behind a full cache it is free for its neighbour too, and 528 bytes are less than the 1024 where large bins begin',
    ),
    mmapped: {
      measured: large.map(decode),
      verdict: mmapped.length === 0 ? 'refuted' : mmapped.length === large.length ? 'holds' : 'differs',
      why: 'where the top of the heap still has room it serves the request without mmap, whatever the threshold; the next one is mmapped',
    },
  };
}

/** The page that a person reads. */
export function pageOf(facts: AllocatorFacts[]): PageBlock[] {
  const samples = factsOf(facts);
  const [at64] = where(samples, { size: 64 });
  const cell = (name: string) => String(at64?.[name] ?? '-').padStart(18);
  return [
    {
      kind: 'figure',
      title: 'Around a block of 64 bytes, filled with B',
      lines: [
        `-16  ${cell('before16')}  the end of the block before, or its size once it is free`,
        ` -8  ${cell('word')}  ${decoded(Number(at64?.word))}`,
        `  0  ${cell('first')}  the block: what malloc returned`,
        ` +8  ${cell('second')}`,
      ],
    },
    {
      kind: 'table',
      header: ['asked for', 'word before the block'],
      rows: samples
        .filter((sample) => 'word' in sample)
        .map((sample) => [String(sample.size), decoded(Number(sample.word))]),
    },
  ];
}
