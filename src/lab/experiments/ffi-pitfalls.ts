import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { check, notMeasurable } from '../answer.ts';
import { type AsanRun, runUnderAsan } from '../asan.ts';
import { compile } from '../compile.ts';
import { type Answer, type Claim, lacks, measured, type PageBlock, type Workbench } from '../experiment.ts';
import { type Observed, observe } from '../observe.ts';
import { outcomeText } from '../outcome-text.ts';
import { runUnderValgrind, type ValgrindRun } from '../valgrind.ts';

const PITFALLS = ['ownership', 'lifetime', 'layout', 'null'] as const;
type Pitfall = (typeof PITFALLS)[number];

const CLAIMS = [
  { id: 'ownership', source: 'A', claimed: 'confused ownership: what C allocated is dropped by Rust' },
  { id: 'lifetime', source: 'A', claimed: 'mismatched lifetimes: Rust drops what C still holds' },
  { id: 'layout', source: 'A', claimed: 'mismatched ABI: C reads other fields than Rust wrote' },
  { id: 'null', source: 'A', claimed: 'a missing null check: the program dies' },
  { id: 'seen', source: 'crossfree', claimed: ['ownership: CF001'] },
  { id: 'valgrind', source: 'crossfree', claimed: ['lifetime', 'layout', 'null'] },
  { id: 'twins', source: 'crossfree', claimed: 'done right, no tool says anything' },
] as const satisfies Claim[];

/** One pitfall, or its healthy twin, and what was said of it. */
export interface Looked {
  pitfall: Pitfall;
  healthy: boolean;
  observed: Observed;
  valgrind?: ValgrindRun;
  /** The C half built with it, its runtime put before the Rust half. */
  asan?: AsanRun;
}

export const experiment = measured<Looked[]>({
  id: 'ffi-pitfalls',
  title: 'Four pitfalls between Rust and C, and what each tool says of them',
  needs: ['rustc', 'gcc'],
  uses: ['valgrind', 'libasan'],
  claims: CLAIMS,
  async measure(bench) {
    const plain = await build(bench, 'plain');
    const sanitized = lacks(bench, 'libasan') ? undefined : await build(bench, 'asan', '-fsanitize=address');
    const all: Looked[] = [];
    for (const pitfall of PITFALLS) {
      for (const healthy of [false, true]) {
        bench.progress(`ffi-pitfalls: ${pitfall}${healthy ? ', done right' : ''}`);
        const args = [pitfall, healthy ? 'healthy' : 'fault'];
        const looked: Looked = {
          pitfall,
          healthy,
          observed: await observe([plain, ...args], bench.directory),
        };
        if (!lacks(bench, 'valgrind')) looked.valgrind = await runUnderValgrind(plain, bench.directory, args);
        if (sanitized !== undefined)
          looked.asan = await runUnderAsan(sanitized, bench.directory, { preload: true, args });
        all.push(looked);
      }
    }
    return all;
  },
  answersOf,
  pageOf,
});

/** The Rust half, linked with a C half that is built with these flags. */
async function build(bench: Workbench, name: string, ...flags: string[]): Promise<string> {
  const folder = join(bench.directory, name);
  await mkdir(folder);
  const source = (suffix: string) => join(bench.specimens, `ffi-pitfalls.${suffix}`);
  await compile(
    ['gcc', '-O1', '-g', '-shared', '-fPIC', ...flags],
    source('c'),
    join(folder, 'libpitfalls.so'),
  );
  return compile(
    ['rustc', '--edition', '2021', '-O', '-g', '-L', folder, '-C', `link-arg=-Wl,-rpath,${folder}`],
    source('rs'),
    join(folder, 'pitfalls'),
  );
}

const codesOf = ({ observed }: Looked) => observed.run.findings.map(({ code }) => code);
const endOf = ({ observed }: Looked) => outcomeText(observed.run.outcome);
const printed = ({ observed }: Looked) => observed.stdout.trim();
/** Leaks and the death itself are no word about the call. */
const kindsOf = ({ valgrind }: Looked) =>
  (valgrind?.errors ?? []).map(({ kind }) => kind).filter((kind) => !kind.startsWith('Leak'));

/** What was seen, to each claim. */
export function answersOf(all: Looked[]): Record<(typeof CLAIMS)[number]['id'], Answer> {
  const of = (pitfall: Pitfall, healthy = false) =>
    all.find((looked) => looked.pitfall === pitfall && looked.healthy === healthy);
  const differs = (pitfall: Pitfall, why: string): Answer => {
    const [wrong, right] = [of(pitfall), of(pitfall, true)];
    const said = (looked?: Looked) => (looked ? printed(looked) || endOf(looked) : 'nothing');
    return check(
      wrong !== undefined && right !== undefined && said(wrong) !== said(right),
      [`wrong: ${said(wrong)}`, `right: ${said(right)}`],
      why,
    );
  };
  const wrong = all.filter(({ healthy }) => !healthy);
  const twins = all.filter(({ healthy }) => healthy);
  const ownership = of('ownership');
  const noisy = twins.filter(
    (looked) =>
      looked.observed.run.verdict !== 'clean' || kindsOf(looked).length > 0 || looked.asan?.errors.length,
  );
  return {
    ownership: check(
      ownership !== undefined && codesOf(ownership).includes('CF001'),
      ownership ? [endOf(ownership), ...codesOf(ownership)] : 'nothing',
      'it exits 0, since both share malloc; who handed the block out tells',
    ),
    lifetime: differs(
      'lifetime',
      'the released text begins with the words of a free list, so C counts another length',
    ),
    layout: differs(
      'layout',
      'without repr(C) the largest field comes first, and the length is not where C looks',
    ),
    null: differs('null', 'nothing is mapped at 0'),
    seen: check(
      wrong.every((looked) => codesOf(looked).join() === (looked.pitfall === 'ownership' ? 'CF001' : '')),
      wrong.flatMap((looked) => codesOf(looked).map((code) => `${looked.pitfall}: ${code}`)),
      'crossfree watches who releases what; what is read, and how, it does not see',
    ),
    valgrind: wrong.some(({ valgrind }) => valgrind)
      ? check(
          wrong.every((looked) => kindsOf(looked).length > 0 === (looked.pitfall !== 'ownership')),
          wrong.filter((looked) => kindsOf(looked).length > 0).map(({ pitfall }) => pitfall),
          'it sees every wrong read; to a free it is all one who calls it',
        )
      : notMeasurable('Valgrind is not installed'),
    twins: check(
      twins.length === PITFALLS.length && noisy.length === 0,
      noisy.length === 0 ? 'nothing' : noisy.map(({ pitfall }) => pitfall),
      'the same calls, with the rule kept',
    ),
  };
}

/** The page that a person reads. */
export function pageOf(all: Looked[]): PageBlock[] {
  const unique = (words: string[] | undefined) =>
    words === undefined ? 'not asked' : [...new Set(words)].join(', ') || 'nothing';
  return [
    {
      kind: 'table',
      header: ['pitfall', 'outcome', 'printed', 'Valgrind', 'AddressSanitizer in C', 'crossfree'],
      rows: all.map((looked) => [
        `${looked.pitfall}${looked.healthy ? ', done right' : ''}`,
        endOf(looked),
        printed(looked) || '-',
        unique(looked.valgrind && kindsOf(looked)),
        unique(looked.asan?.errors.map(({ kind }) => kind)),
        [looked.observed.run.verdict.toUpperCase(), ...codesOf(looked)].join(' '),
      ]),
    },
  ];
}
