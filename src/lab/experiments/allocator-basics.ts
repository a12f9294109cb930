import { join } from 'node:path';
import { OWN_ALLOCATORS, type OwnAllocator, ownAllocator } from '../allocators.ts';
import { check } from '../answer.ts';
import { capture } from '../capture.ts';
import { compile } from '../compile.ts';
import { type Answer, type Claim, measured, type PageBlock, type Workbench } from '../experiment.ts';
import { outcomeText } from '../outcome-text.ts';

/** How many things the specimen demands of a malloc. */
const DEMANDS = 15;
/** The mistakes of the article's allocators, and the allocator of ours that is the healthy twin. */
const MISTAKES = { 'whole page': 'mmap', 'page + 8': 'mmap', 'aligned to 8': 'arena' } as const;
type Mistake = keyof typeof MISTAKES;

const CLAIMS = [
  { id: 'debug-overhead', source: 'A', claimed: 'header 16 + footer 4, about 20 bytes' },
  { id: 'mmap-minimum', source: 'A', claimed: 'one page, 4096 bytes' },
  { id: 'arena-alignment', source: 'A', claimed: 'an arena that aligns to 8 serves as malloc' },
  { id: 'mmap-alignment', source: 'A', claimed: 'a block that starts at page + 8 serves as malloc' },
  { id: 'mmap-whole-page', source: 'A', claimed: 'a page is enough for a block of 4096 bytes and its size' },
  {
    id: 'correct',
    source: 'crossfree',
    claimed: `${DEMANDS} of ${DEMANDS} demands on malloc are met by each`,
  },
] as const satisfies Claim[];

/** What one allocator answers to the demands, and its figures, bytes. */
export interface Basics {
  allocator: OwnAllocator;
  /** By demand: `ok`, or what is wrong. */
  demands: Record<string, string>;
  figures: Record<string, number>;
}

export interface Measurement {
  basics: Basics[];
  /** Bytes of the article's debug header, as the compiler lays it out. */
  header: number;
  /** How each mistake of the article ends, and its healthy twin on an allocator of ours. */
  mistakes: { mistake: Mistake; fault: string; healthy: string }[];
}

export const experiment = measured<Measurement>({
  id: 'allocator-basics',
  title: "The lab's own allocators, what C demands of them, and the article's mistakes",
  needs: ['gcc'],
  uses: [],
  claims: CLAIMS,
  measure,
  answersOf,
  pageOf,
});

async function measure(bench: Workbench): Promise<Measurement> {
  const build = (source: string) =>
    compile(
      ['gcc', '-O1', '-w', '-pthread', '-fno-builtin'],
      join(bench.specimens, `${source}.c`),
      join(bench.directory, source),
    );
  const [program, article] = [await build('allocator-basics'), await build('article-allocators')];
  const run = (command: [string, ...string[]], allocator?: OwnAllocator) =>
    capture(command, {
      cwd: bench.directory,
      ...(allocator && { env: { LD_PRELOAD: ownAllocator(allocator) } }),
    });
  const basics: Basics[] = [];
  for (const allocator of OWN_ALLOCATORS) {
    bench.progress(`the demands of C on ${allocator}`);
    const demands = pairsOf((await run([program], allocator)).stdout, ': ');
    const figures = pairsOf((await run([program, 'figures'], allocator)).stdout, ' = ');
    basics.push({
      allocator,
      demands,
      figures: Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value)])),
    });
  }
  const mistakes: Measurement['mistakes'] = [];
  for (const mistake of Object.keys(MISTAKES) as Mistake[]) {
    const fault = await run([article, mistake, 'fault']);
    const healthy = await run([article, mistake, 'healthy'], MISTAKES[mistake]);
    mistakes.push({ mistake, fault: outcomeText(fault.outcome), healthy: outcomeText(healthy.outcome) });
  }
  return { basics, mistakes, header: Number((await run([article, 'header', 'fault'])).stdout) };
}

function pairsOf(text: string, separator: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.includes(separator));
  return Object.fromEntries(lines.map((line) => line.split(separator, 2)));
}

/** What the measurement says to each claim. */
export function answersOf(measurement: Measurement): Record<(typeof CLAIMS)[number]['id'], Answer> {
  const { basics, header } = measurement;
  const figure = (allocator: OwnAllocator, name: string) =>
    basics.find((each) => each.allocator === allocator)?.figures[name];
  const overhead = figure('debug', 'overhead');
  const met = ({ demands }: Basics) => Object.values(demands).filter((answer) => answer === 'ok').length;
  return {
    'debug-overhead': check(
      header + 4 <= 20 && overhead !== undefined && overhead <= 20,
      [
        `header ${header} + footer 4`,
        `${overhead} bytes around each block of ours, before rounding up to 16`,
      ],
      'magic, size, flags and a pointer take 4, 8, 4 and 8 bytes, and alignment fills them up to 32',
    ),
    'mmap-minimum': check(
      figure('mmap', 'stride-1') === 4096,
      `${figure('mmap', 'stride-1')} bytes from one 1-byte block to the next`,
      'the kernel maps whole pages',
    ),
    'arena-alignment': mistakeAnswer(
      measurement,
      'aligned to 8',
      'C promises 16 bytes, and compilers store 16 bytes at once relying on it',
    ),
    'mmap-alignment': mistakeAnswer(
      measurement,
      'page + 8',
      'a page plus 8 is never a multiple of 16, which C promises',
    ),
    'mmap-whole-page': mistakeAnswer(
      measurement,
      'whole page',
      'for whole pages the 8 bytes of its header are forgotten, so the last 8 bytes of the block lie behind the mapping',
    ),
    correct: check(
      basics.length === OWN_ALLOCATORS.length && basics.every((each) => met(each) === DEMANDS),
      basics.map((each) => `${each.allocator}: ${met(each)} of ${DEMANDS}`),
      'alignment, zero size, huge sizes, calloc, realloc, aligned blocks, threads and fork',
    ),
  };
}

/** The claim stands where the program that relies on C's promises lives. */
function mistakeAnswer({ mistakes }: Measurement, wanted: Mistake, why: string): Answer {
  const seen = mistakes.find(({ mistake }) => mistake === wanted);
  return check(
    seen?.fault === 'exit 0',
    [`relying on it: ${seen?.fault}`, `on our ${MISTAKES[wanted]}: ${seen?.healthy}`],
    why,
  );
}

function pageOf({ basics, mistakes }: Measurement): PageBlock[] {
  const names = Object.keys(basics[0]?.figures ?? {});
  return [
    {
      kind: 'text',
      text: 'Bytes: overhead of a block, distance of equal blocks (stride), usable bytes, least alignment.',
    },
    {
      kind: 'table',
      header: ['allocator', 'demands met', ...names],
      rows: basics.map(({ allocator, demands, figures }) => [
        allocator,
        `${Object.values(demands).filter((answer) => answer === 'ok').length} of ${DEMANDS}`,
        ...names.map((name) => String(figures[name] ?? '-')),
      ]),
    },
    {
      kind: 'table',
      header: ["the article's mistake", 'a program that relies on malloc', 'the same on ours'],
      rows: mistakes.map(({ mistake, fault, healthy }) => [mistake, fault, healthy]),
    },
  ];
}
