import { join } from 'node:path';
import { check, compare } from '../answer.ts';
import { capture } from '../capture.ts';
import { compile } from '../compile.ts';
import { type Answer, type Claim, measured, type PageBlock } from '../experiment.ts';
import { outcomeText } from '../outcome-text.ts';
import { printedSamples } from '../samples.ts';

/** A multiple of the alignment, and one byte more than such a one. */
const SIZES = [64, 65];
const KINDS = ['plain', 'guarded'] as const;
/** As the specimen aligns its blocks. */
const ALIGNMENT = 16;

const CLAIMS = [
  { id: 'plain', source: 'B', claimed: 'without a protected page the overflow goes unnoticed' },
  { id: 'guarded', source: 'B', claimed: 'with a protected page behind the block it ends in SIGSEGV' },
  { id: 'at-once', source: 'crossfree', claimed: 'the fault is at the very byte that was written' },
  { id: 'twins', source: 'crossfree', claimed: 'the last byte of the block is written without harm' },
  {
    id: 'slack',
    source: 'crossfree',
    claimed: 'of a size that is no multiple of the alignment the first bytes past the end are not guarded',
  },
] as const satisfies Claim[];

/** One write, and how it ended. */
export interface Written {
  kind: (typeof KINDS)[number];
  size: number;
  /** From the start of the block. */
  offset: number;
  outcome: string;
  written: string;
  /** The address that the kernel named; absent when nothing happened. */
  fault?: string;
}

export const experiment = measured<Written[]>({
  id: 'guard-pages',
  title: 'One byte past the end, with and without a protected page behind the block',
  needs: ['gcc'],
  uses: [],
  claims: CLAIMS,
  async measure(bench) {
    const source = join(bench.specimens, 'guard-pages.c');
    const program = await compile(['gcc', '-O1', '-g'], source, join(bench.directory, 'guard-pages'));
    const writes: Written[] = [];
    for (const kind of KINDS) {
      for (const size of SIZES) {
        const rounded = Math.ceil(size / ALIGNMENT) * ALIGNMENT;
        for (const offset of new Set([size - 1, size, rounded])) {
          bench.progress(`guard-pages: ${kind}, byte ${offset} of ${size}`);
          const command = [program, kind, size, offset].map(String) as [string, ...string[]];
          const { outcome, stdout } = await capture(command, { cwd: bench.directory });
          const [place, fault] = printedSamples(stdout);
          if (place === undefined) throw new Error(`the specimen ended with ${outcomeText(outcome)} at once`);
          const seen = { kind, size, offset, outcome: outcomeText(outcome), written: String(place.written) };
          writes.push({ ...seen, ...(fault && { fault: String(fault.fault) }) });
        }
      }
    }
    return writes;
  },
  answersOf,
  pageOf,
});

const told = ({ kind, size, offset, outcome }: Written) => `${kind}, byte ${offset} of ${size}: ${outcome}`;

/** What the writes say to each claim. */
export function answersOf(writes: Written[]): Record<(typeof CLAIMS)[number]['id'], Answer> {
  const beyond = writes.filter(({ offset, size }) => offset >= size && offset % ALIGNMENT === 0);
  const plain = beyond.filter(({ kind }) => kind === 'plain');
  const guarded = beyond.filter(({ kind }) => kind === 'guarded');
  const inside = writes.filter(({ offset, size }) => offset < size);
  const slack = writes.filter(
    ({ kind, offset, size }) => kind === 'guarded' && offset >= size && offset % ALIGNMENT !== 0,
  );
  const all = (of: Written[], outcome: string) =>
    of.length > 0 && of.every((write) => write.outcome === outcome);
  return {
    plain: check(
      all(plain, 'exit 0'),
      plain.map(told),
      'the byte belongs to the next chunk or to padding, and nobody looks before it is used',
    ),
    guarded: check(
      all(guarded, 'SIGSEGV'),
      guarded.map(told),
      'the processor refuses the page, so no instruction after the wrong one is run',
    ),
    'at-once': compare(
      guarded.map(({ fault }) => fault ?? 'no fault'),
      guarded.map(({ written }) => written),
      'the kernel names the address in si_addr',
    ),
    twins: check(all(inside, 'exit 0'), inside.map(told), 'the page begins behind the last byte'),
    slack: check(
      all(slack, 'exit 0'),
      slack.map(told),
      'a block that is aligned cannot end at every byte of a page: the padding in between takes a short overflow, and needs a pattern that is looked at',
    ),
  };
}

/** The page that a person reads. */
export function pageOf(writes: Written[]): PageBlock[] {
  return [
    {
      kind: 'table',
      header: ['block', 'size', 'byte written', 'outcome', 'written at', 'fault at'],
      rows: writes.map(({ kind, size, offset, outcome, written, fault }) => [
        kind,
        String(size),
        String(offset),
        outcome,
        written,
        fault ?? '-',
      ]),
    },
  ];
}
