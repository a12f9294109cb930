import { basename, join } from 'node:path';
import type { Verdict } from '../../model/index.ts';
import { arrangementText } from '../../search/matrix/cells.ts';
import { check, notMeasurable } from '../answer.ts';
import { compile } from '../compile.ts';
import { type Answer, type Claim, measured, type PageBlock } from '../experiment.ts';
import { switched } from '../switch.ts';

/** Programs and what they are told: with `healthy` the same work without the fault. */
const PROGRAMS = [
  { source: 'three-faults.rs', args: [], healthy: false },
  { source: 'c-frees-rust.rs', args: ['fault'], healthy: false },
  { source: 'c-frees-rust.rs', args: ['healthy'], healthy: true },
  { source: 'from-raw-parts.rs', args: ['boxes', 'fault'], healthy: false },
  { source: 'from-raw-parts.rs', args: ['boxes', 'healthy'], healthy: true },
];

const CLAIMS = [
  { id: 'lives', source: 'B', claimed: 'on the system allocator the faulty program lives' },
  { id: 'dies', source: 'E', claimed: 'on another allocator it dies' },
  {
    id: 'found',
    source: 'crossfree',
    claimed: 'the fault is found on every allocator, whether it dies or not',
  },
  { id: 'twins', source: 'crossfree', claimed: 'a healthy program is clean on every allocator' },
  {
    id: 'silent',
    source: 'crossfree',
    claimed: 'one allocator neither dies nor says anything: it is corrupted',
  },
] as const satisfies Claim[];

/** How one program fared on one allocator. */
export interface Fared {
  program: string;
  healthy: boolean;
  /** `rust=jemalloc`, or `as it is`. */
  moved: string;
  verdict: Verdict;
  endings: { verdict: Verdict; outcome: string; count: number }[];
  /** The findings of all its runs, each code once. */
  codes: string[];
}

export const experiment = measured<Fared[]>({
  id: 'switch-allocator',
  title: 'One program on every allocator: where it dies and where it does not',
  needs: ['rustc'],
  uses: [],
  claims: CLAIMS,
  async measure(bench) {
    const all: Fared[] = [];
    for (const { source, args, healthy } of PROGRAMS) {
      const path = join(bench.directory, basename(source, '.rs'));
      await compile(['rustc', '--edition', '2021', '-O', '-g'], join(bench.specimens, source), path);
      const repeat = bench.quick ? 1 : 5;
      const { cells } = await switched(bench, [path, ...args], { worlds: ['rust'], repeat });
      for (const { moved, verdict, distribution, runs } of cells) {
        const codes = new Set(runs.flatMap(({ findings }) => findings.map(({ code }) => code)));
        const program = [basename(source, '.rs'), ...args].join(' ');
        const where = arrangementText(moved);
        all.push({
          program,
          healthy,
          moved: where,
          verdict,
          endings: distribution,
          codes: [...codes].sort(),
        });
      }
    }
    return all;
  },
  answersOf,
  pageOf,
});

const told = ({ program, moved, endings }: Fared) =>
  `${program}, ${moved}: ${endings.map(({ outcome }) => outcome).join(' or ')}`;

/** What was seen, to each claim. */
export function answersOf(all: Fared[]): Record<(typeof CLAIMS)[number]['id'], Answer> {
  const own = arrangementText({});
  const faulty = all.filter(({ healthy }) => !healthy);
  const here = faulty.filter(({ moved }) => moved === own);
  const elsewhere = faulty.filter(({ moved }) => moved !== own);
  const twins = all.filter(({ healthy }) => healthy);
  const exits = ({ endings }: Fared) => endings.every(({ outcome }) => outcome === 'exit 0');
  const dying = elsewhere.filter((fared) => !exits(fared));
  const silent = elsewhere.filter((fared) => exits(fared) && fared.verdict === 'silent');
  const missed = faulty.filter(({ codes }) => codes.length === 0);
  const unclean = twins.filter(({ verdict }) => verdict !== 'clean');
  return {
    lives: check(
      here.length > 0 && here.every(exits),
      here.map(told),
      'Rust and C share malloc there, and it looks at neither world nor size',
    ),
    dies: check(
      dying.length > 0,
      dying.map(told),
      'where Rust has another allocator, one of the two gets a block that it never handed out',
    ),
    found: check(
      faulty.length > 0 && missed.length === 0,
      missed.length === 0 ? `in ${faulty.length} of ${faulty.length} cells` : missed.map(told),
      'who handed out a block, and as what size, does not depend on what the allocator does with it',
    ),
    twins: check(
      twins.length > 0 && unclean.length === 0,
      unclean.length === 0 ? `${twins.length} cells clean` : unclean.map(told),
      'moving a world changes nothing for a program that gives each block back where it came from',
    ),
    silent: all.some(({ moved }) => moved === 'rust=jemalloc')
      ? check(
          silent.length > 0,
          silent.map(told),
          'jemalloc takes a stated size at its word: the block goes to a class of larger ones and is handed out over its neighbours',
        )
      : notMeasurable('it takes jemalloc, and there is none'),
  };
}

/** The page that a person reads. */
export function pageOf(all: Fared[]): PageBlock[] {
  return [...new Set(all.map(({ program }) => program))].map((program) => ({
    kind: 'table',
    header: [program, 'verdict', 'ended', 'findings'],
    rows: all
      .filter((fared) => fared.program === program)
      .map(({ moved, verdict, endings, codes }) => [
        moved,
        verdict.toUpperCase(),
        endings
          .map(({ outcome, count }) => (endings.length > 1 ? `${outcome} ${count}` : outcome))
          .join(', '),
        codes.join(' ') || '-',
      ]),
  }));
}
