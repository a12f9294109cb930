import { join } from 'node:path';
import { check } from './answer.ts';
import { compile } from './compile.ts';
import {
  type Answer,
  type Claim,
  type Experiment,
  lacks,
  measured,
  type PageBlock,
  type Workbench,
} from './experiment.ts';
import { type Observed, observe } from './observe.ts';
import { outcomeText } from './outcome-text.ts';
import type { ToolName } from './tools.ts';
import { runUnderValgrind, type ValgrindRun } from './valgrind.ts';

/** A wrong act of a specimen and what is to be found; or, with no codes, its healthy twin. */
export interface Act {
  /** The specimen's argument. */
  name: string;
  /** The findings that are expected, by code; none for a healthy twin. */
  codes: string[];
}

/** What a pair of specimens needs to become an experiment. */
export interface Pairs {
  id: string;
  title: string;
  /** The source in the folder of specimens. */
  source: string;
  compiler: readonly [ToolName, ...string[]];
  /** Builds the program where one compiler and one source do not make it. */
  build?: (bench: Workbench) => Promise<string>;
  acts: readonly Act[];
  /** One sentence: why the wrong acts end as they do. */
  why: string;
}

/** What was seen of one act. */
export interface ActSeen extends Act {
  observed: Observed;
  valgrind?: ValgrindRun;
}

const CLAIMS = [
  { id: 'found', source: 'crossfree', claimed: 'each wrong act is found, under its code and no other' },
  { id: 'twins', source: 'crossfree', claimed: 'each healthy twin is clean' },
] as const satisfies Claim[];

/** An experiment of wrong acts, each beside a healthy twin, as the program, Valgrind and crossfree tell them. */
export function pairsExperiment(pairs: Pairs): Experiment {
  const { id, title, compiler, why } = pairs;
  return measured<ActSeen[]>({
    id,
    title,
    needs: [compiler[0]],
    uses: ['valgrind'],
    claims: CLAIMS,
    measure: (bench) => measure(bench, pairs),
    answersOf: (seen) => answersOf(seen, why),
    pageOf,
  });
}

async function measure(bench: Workbench, { id, source, compiler, build, acts }: Pairs): Promise<ActSeen[]> {
  const program = build
    ? await build(bench)
    : await compile(compiler, join(bench.specimens, source), join(bench.directory, 'specimen'));
  const seen: ActSeen[] = [];
  for (const act of acts) {
    bench.progress(`${id}: ${act.name}`);
    const observed = await observe([program, act.name], bench.directory);
    const looked: ActSeen = { ...act, observed };
    // Valgrind takes a second for each
    if (!bench.quick && !lacks(bench, 'valgrind'))
      looked.valgrind = await runUnderValgrind(program, bench.directory, [act.name]);
    seen.push(looked);
  }
  return seen;
}

const codesOf = ({ observed }: ActSeen) => observed.run.findings.map(({ code }) => code);
const told = (act: ActSeen) =>
  `${act.name}: ${[act.observed.run.verdict, ...codesOf(act)].join(' ')}, ${outcomeText(act.observed.run.outcome)}`;

/** What was seen says to both claims. */
export function answersOf(seen: ActSeen[], why: string): Record<(typeof CLAIMS)[number]['id'], Answer> {
  const wrong = seen.filter(({ codes }) => codes.length > 0);
  const twins = seen.filter(({ codes }) => codes.length === 0);
  return {
    found: check(
      wrong.every((act) => codesOf(act).join() === act.codes.join()),
      wrong.map(told),
      why,
    ),
    twins: check(
      twins.length > 0 && twins.every(({ observed }) => observed.run.verdict === 'clean'),
      twins.map(told),
      'what comes back to where it came from gives no finding',
    ),
  };
}

function pageOf(seen: ActSeen[]): PageBlock[] {
  return [
    {
      kind: 'table',
      header: ['act', 'outcome', 'what the allocator said', 'Valgrind', 'crossfree'],
      rows: seen.map((act) => [
        act.name,
        outcomeText(act.observed.run.outcome),
        act.observed.stderr.trim().split('\n').at(-1) || '-',
        act.valgrind ? act.valgrind.errors.map(({ kind }) => kind).join(', ') || 'nothing' : 'not asked',
        [act.observed.run.verdict.toUpperCase(), ...codesOf(act)].join(' '),
      ]),
    },
  ];
}
