import { basename, join } from 'node:path';
import type { Arrangement, ForgetResult } from '../../model/index.ts';
import { findAllocator } from '../../plan/allocators.ts';
import { ForgetSearch } from '../../search/forget/make.ts';
import { check, notMeasurable } from '../answer.ts';
import { compile } from '../compile.ts';
import { type Answer, type Claim, measured, type PageBlock } from '../experiment.ts';
import { workshopAt } from '../workshop.ts';

/** Programs, where each of them ends badly, and the functions that hold the guilty releases; none of a healthy one. */
const PROGRAMS = [
  { source: 'from-raw-parts.rs', args: ['boxes', 'fault'], rust: 'jemalloc', guilty: ['boxes'] },
  { source: 'from-raw-parts.rs', args: ['boxes', 'healthy'], rust: 'jemalloc', guilty: [] },
  { source: 'c-frees-rust.rs', args: ['fault'], rust: 'debug', guilty: ['main', 'main'] },
  { source: 'c-frees-rust.rs', args: ['healthy'], rust: 'debug', guilty: [] },
];
const MOST_RUNS = 40;

const CLAIMS = [
  {
    id: 'guilty',
    source: 'B',
    claimed: 'forgetting one release after the other shows which of them is guilty',
  },
  {
    id: 'by-itself',
    source: 'crossfree',
    claimed: 'crossfree finds it in fewer runs than there are releases',
  },
  { id: 'twins', source: 'crossfree', claimed: 'in a healthy program nothing is guilty' },
] as const satisfies Claim[];

/** One search, and what it was expected to find. */
export interface Searched {
  program: string;
  moved: Arrangement;
  expected: string[];
  /** Absent where the allocator is not installed. */
  found?: ForgetResult;
}

export const experiment = measured<Searched[]>({
  id: 'forget',
  title: 'Which release is guilty? Found by leaving releases out',
  needs: ['rustc'],
  uses: [],
  claims: CLAIMS,
  async measure(bench) {
    const all: Searched[] = [];
    for (const { source, args, rust, guilty } of PROGRAMS) {
      const name = basename(source, '.rs');
      const path = join(bench.directory, name);
      await compile(['rustc', '--edition', '2021', '-O', '-g'], join(bench.specimens, source), path);
      const program = [name, ...args].join(' ');
      const searched: Searched = { program, moved: { rust }, expected: guilty };
      const allocator = findAllocator(rust);
      if (allocator && !('missing' in allocator)) {
        const search = new ForgetSearch({
          ...workshopAt(bench, [path, ...args]),
          mostRuns: MOST_RUNS,
          repeat: bench.quick ? 2 : 3,
          seed: 1,
          useFindings: true,
          arrangement: { rust },
        });
        const stop = () => search.stop();
        process.once('exit', stop);
        searched.found = await search.make({ progress: (text) => bench.progress(`${program}: ${text}`) });
        process.off('exit', stop);
      }
      all.push(searched);
    }
    return all;
  },
  answersOf,
  pageOf,
});

/** The specimen's own functions in which the guilty releases stand. */
function functionsOf({ found }: Searched): string[] {
  return (found?.guilty ?? []).map(({ site }) => {
    const own = site.stack.find(({ function: name }) => /^(from_raw_parts|c_frees_rust)::/.test(name ?? ''));
    return own?.function?.split('::').at(-1) ?? 'nowhere';
  });
}

const told = (searched: Searched) => {
  const { program, moved, found } = searched;
  const where = functionsOf(searched).join(' and ') || 'nothing';
  return `${program}, Rust on ${moved.rust}: ${found?.conclusion}: ${where}; ${found?.runs} runs, ${found?.sites} sites`;
};

/** What the searches found, to each claim. */
export function answersOf(all: Searched[]): Record<(typeof CLAIMS)[number]['id'], Answer> {
  const made = all.filter(({ found }) => found !== undefined);
  const faulty = made.filter(({ expected }) => expected.length > 0);
  const twins = made.filter(({ expected }) => expected.length === 0);
  return {
    guilty: check(
      faulty.length > 0 && faulty.every((one) => functionsOf(one).join() === one.expected.join()),
      faulty.map(told),
      'what is not released cannot be released wrongly: the smallest set of releases without which the program ends well',
    ),
    'by-itself': faulty.length
      ? check(
          faulty.every(({ found }) => found?.minimal && found.runs <= MOST_RUNS),
          faulty.map(({ program, found }) => `${program}: ${found?.runs} runs for ${found?.sites} sites`),
          'the ledger’s findings are tried first, and the set is confirmed by repeated runs',
        )
      : notMeasurable('none of the allocators is installed on which the programs end badly'),
    twins: check(
      twins.length > 0 && twins.every(({ found }) => found?.conclusion === 'healthy'),
      twins.map(told),
      'it ends well with all its releases',
    ),
  };
}

/** The page that a person reads. */
export function pageOf(all: Searched[]): PageBlock[] {
  return [
    {
      kind: 'table',
      header: ['program', 'Rust on', 'ended', 'conclusion', 'guilty', 'confidence', 'runs', 'sites'],
      rows: all.map((searched) => {
        const { program, moved, found } = searched;
        const cells = found
          ? [
              found.verdict.toUpperCase(),
              found.conclusion,
              found.guilty.map(({ site }) => site.via).join(', ') || '-',
              found.guilty.map(({ confidence }) => `${(confidence * 100).toFixed(1)} %`).join(', ') || '-',
              String(found.runs),
              String(found.sites),
            ]
          : ['not installed', '-', '-', '-', '-', '-'];
        return [program, moved.rust ?? '', ...cells];
      }),
    },
  ];
}
