import { join } from 'node:path';
import { check, compare, notMeasurable, shared } from '../answer.ts';
import { buildWithJemalloc } from '../cargo.ts';
import { compile } from '../compile.ts';
import { type Answer, type Claim, lacks, measured, type PageBlock, type Workbench } from '../experiment.ts';
import { type Observed, observe } from '../observe.ts';
import { outcomeText } from '../outcome-text.ts';

const NAME = 'rust-frees-c';
/** What the block is filled with: zeros, and anything but zeros. */
const FILLINGS = ['0', '255'];

const CLAIMS = [
  { id: 'exit', source: 'A', claimed: 'exit 0' },
  {
    id: 'zeros',
    source: 'A',
    claimed: "by chance: Rust's allocator finds zeros where it looks for its metadata",
  },
  {
    id: 'jemalloc',
    source: 'crossfree',
    claimed: ['exit 0', 'CF001', "released; Rust's next block is the same"],
  },
] as const satisfies Claim[];

/** The runs of one program, one for each filling. */
export interface Series {
  allocator: 'glibc' | 'jemalloc';
  runs: Observed[];
}

export interface Measurement {
  glibc: Series;
  /** Or why there is none. */
  jemalloc: Series | string;
}

export const experiment = measured({
  id: NAME,
  title: "64 bytes from C's malloc, released by Rust",
  needs: ['rustc'],
  uses: ['cargo'],
  claims: CLAIMS,
  async measure(bench) {
    bench.progress(`${NAME} on the default allocator`);
    const source = join(bench.specimens, `${NAME}.rs`);
    const program = await compile(
      ['rustc', '--edition', '2021', '-O', '-g'],
      source,
      join(bench.directory, NAME),
    );
    return {
      glibc: await series(bench, 'glibc', program),
      jemalloc: await withJemalloc(bench),
    };
  },
  answersOf,
  pageOf,
});

async function withJemalloc(bench: Workbench): Promise<Series | string> {
  if (bench.quick) return 'left out by --quick: jemalloc is compiled for it';
  if (lacks(bench, 'cargo')) return 'it takes cargo to build Rust with jemalloc';
  bench.progress(`${NAME} on jemalloc: compiling that takes a minute or two the first time`);
  const built = await buildWithJemalloc(bench, NAME);
  if ('failed' in built) return `Rust with jemalloc could not be built: ${built.failed}`;
  return series(bench, 'jemalloc', built.program);
}

async function series(bench: Workbench, allocator: Series['allocator'], program: string): Promise<Series> {
  const runs: Observed[] = [];
  for (const filling of FILLINGS) runs.push(await observe([program, filling], bench.directory));
  return { allocator, runs };
}

/** What the measurement says to each claim. */
export function answersOf({ glibc, jemalloc }: Measurement): Record<(typeof CLAIMS)[number]['id'], Answer> {
  const exits = glibc.runs.map(({ run }) => outcomeText(run.outcome));
  const headers = glibc.runs.map(headerOf);
  const { c, rust } = glibc.runs[0]?.run.arrangement ?? {};
  // Zeros would have to be there, and their absence would have to change something.
  const chance = headers.every((word) => word === 0n) || exits.some((exit) => exit !== exits[0]);
  return {
    exit: compare(
      shared(exits),
      'exit 0',
      `whatever the block holds: ${FILLINGS.join(' or ')} in every byte`,
    ),
    zeros: check(
      chance,
      [
        shared(headers.map((word) => `0x${word.toString(16)} before the block`)),
        `C on ${c}, Rust on ${rust}`,
      ],
      "Rust's default allocator on Linux is malloc and free, so it looks for nothing; what stands before the block is glibc's own size, and it fits",
    ),
    jemalloc:
      typeof jemalloc === 'string'
        ? notMeasurable(jemalloc)
        : compare(
            shared(jemalloc.runs.map(storyOf)),
            [...CLAIMS[2].claimed],
            "jemalloc keeps C's block for itself and hands it out as Rust's: nothing is looked for here either, and still it exits 0",
          ),
  };
}

/** The word before the block, where glibc keeps the size of the chunk. */
function headerOf({ stdout }: Observed): bigint {
  const word = /^around the block: 0x[0-9a-f]+ (0x[0-9a-f]+)/m.exec(stdout)?.[1];
  if (word === undefined) throw new Error(`the specimen did not say what lies around the block: ${stdout}`);
  return BigInt(word);
}

function storyOf({ run, stdout }: Observed): string[] {
  const codes = run.findings.map(({ code }) => code);
  return [outcomeText(run.outcome), ...codes, stdout.trim().split('\n').at(-1) ?? ''];
}

/** The page that a person reads. */
export function pageOf({ glibc, jemalloc }: Measurement): PageBlock[] {
  const all = typeof jemalloc === 'string' ? [glibc] : [glibc, jemalloc];
  return [
    {
      kind: 'table',
      header: ['Rust on', 'filled with', 'outcome', 'crossfree', 'the program says'],
      rows: all.flatMap(({ allocator, runs }) =>
        runs.map((observed, index) => [
          allocator,
          FILLINGS[index] ?? '',
          outcomeText(observed.run.outcome),
          [observed.run.verdict.toUpperCase(), ...observed.run.findings.map(({ code }) => code)].join(' '),
          storyOf(observed).at(-1) ?? '',
        ]),
      ),
    },
  ];
}
