import { join } from 'node:path';
import { check, compare, notMeasurable } from '../answer.ts';
import { buildWithJemalloc } from '../cargo.ts';
import { compile } from '../compile.ts';
import { type Answer, type Claim, lacks, measured, type PageBlock, type Workbench } from '../experiment.ts';
import { type Observed, observe } from '../observe.ts';
import { outcomeText } from '../outcome-text.ts';
import { runUnderValgrind, type ValgrindRun } from '../valgrind.ts';

const NAME = 'from-raw-parts';
const ACTS = ['records fault', 'records healthy', 'twice fault', 'boxes fault', 'boxes healthy'] as const;
type ActName = (typeof ACTS)[number];

const CLAIMS = [
  { id: 'system', source: 'B', claimed: 'no crash on the system allocator' },
  { id: 'jemalloc', source: 'B', claimed: 'crash on jemalloc' },
  { id: 'valgrind', source: 'B', claimed: 'an invalid read and an invalid write of 8 in drop_in_place' },
  { id: 'found', source: 'crossfree', claimed: ['records fault: CF004', 'boxes fault: CF004'] },
  { id: 'twins', source: 'crossfree', claimed: 'a slice, and the box given back as a box, are clean' },
  {
    id: 'neighbours',
    source: 'crossfree',
    claimed: 'a 16-byte box given back as 64 bytes: exit 0, and on jemalloc neighbours are overwritten',
  },
] as const satisfies Claim[];

/** One act on one allocator. */
export interface Turn {
  allocator: 'glibc' | 'jemalloc';
  act: ActName;
  observed: Observed;
  valgrind?: ValgrindRun;
}

export interface Measurement {
  turns: Turn[];
  /** Why there are none on jemalloc; absent when there are. */
  noJemalloc?: string;
}

export const experiment = measured<Measurement>({
  id: NAME,
  title: 'Vec::from_raw_parts with a capacity in bytes',
  needs: ['rustc'],
  uses: ['valgrind', 'cargo'],
  claims: CLAIMS,
  measure,
  answersOf,
  pageOf,
});

async function measure(bench: Workbench): Promise<Measurement> {
  const source = join(bench.specimens, `${NAME}.rs`);
  const flags = ['--edition', '2021', '-g'];
  const program = await compile(['rustc', ...flags], source, join(bench.directory, NAME));
  const turns: Turn[] = [];
  const look = async (allocator: Turn['allocator'], path: string, act: ActName) => {
    bench.progress(`${act} on ${allocator}`);
    const args = act.split(' ');
    const turn: Turn = { allocator, act, observed: await observe([path, ...args], bench.directory) };
    if (allocator === 'glibc' && act !== 'records healthy' && !lacks(bench, 'valgrind'))
      turn.valgrind = await runUnderValgrind(path, bench.directory, args);
    turns.push(turn);
  };
  for (const act of ACTS) await look('glibc', program, act);
  const jemalloc = await onJemalloc(bench);
  if ('failed' in jemalloc) return { turns, noJemalloc: jemalloc.failed };
  for (const act of ACTS) await look('jemalloc', jemalloc.program, act);
  return { turns };
}

async function onJemalloc(bench: Workbench) {
  if (bench.quick) return { failed: 'left out by --quick: jemalloc is compiled for it' };
  if (lacks(bench, 'cargo')) return { failed: 'it takes cargo to build Rust with jemalloc' };
  bench.progress(`${NAME} with jemalloc: compiling that takes a minute or two the first time`);
  return buildWithJemalloc(bench, NAME);
}

const codesOf = ({ observed }: Turn) => observed.run.findings.map(({ code }) => code);
const endOf = ({ observed }: Turn) => outcomeText(observed.run.outcome);

/** How many boxes had other bytes than they were given. */
export function overwritten({ observed: { stdout } }: Turn): number | undefined {
  const count = /^overwritten (\d+)$/m.exec(stdout)?.[1];
  return count === undefined ? undefined : Number(count);
}

/** Valgrind's errors as `InvalidRead in drop_in_place`. */
function words({ valgrind }: Turn): string[] {
  return (valgrind?.errors ?? []).map(({ kind, stack }) =>
    stack.some((frame) => frame.function?.includes('drop_in_place')) ? `${kind} in drop_in_place` : kind,
  );
}

/** What the turns say to each claim. */
export function answersOf(measurement: Measurement): Record<(typeof CLAIMS)[number]['id'], Answer> {
  const { turns, noJemalloc } = measurement;
  const on = (allocator: Turn['allocator'], act: ActName) =>
    turns.find((turn) => turn.allocator === allocator && turn.act === act);
  const wrong = (['records fault', 'boxes fault'] as const).flatMap((act) => on('glibc', act) ?? []);
  const twins = turns.filter(({ act }) => act.endsWith('healthy'));
  const [records, twice] = [on('glibc', 'records fault'), on('glibc', 'twice fault')];
  const onJemalloc = on('jemalloc', 'records fault');
  const boxes = on('jemalloc', 'boxes fault');
  const skipped = notMeasurable(noJemalloc ?? 'it was not run on jemalloc');
  const seen = records ? words(records) : [];
  return {
    system: check(
      records !== undefined && endOf(records) === 'exit 0',
      records ? endOf(records) : 'nothing',
      'free looks at the start of the block alone, and the start is right',
    ),
    jemalloc: onJemalloc
      ? check(
          onJemalloc.observed.run.outcome.kind === 'signal',
          endOf(onJemalloc),
          'jemalloc takes the stated 44800 bytes at their word and files the block under that size: nothing is read there yet',
        )
      : skipped,
    valgrind: records?.valgrind
      ? check(
          seen.includes('InvalidRead in drop_in_place') && seen.includes('InvalidWrite in drop_in_place'),
          [
            `the records alone: ${seen.join(', ') || 'nothing'}`,
            `their bytes dropped as well: ${twice ? words(twice).join(', ') || 'nothing' : 'not run'}`,
          ],
          'the seven records lie within the 560 bytes; only when the bytes have another owner that drops them does drop_in_place touch what is gone',
        )
      : notMeasurable('there is no Valgrind'),
    found: compare(
      wrong.map((turn) => `${turn.act}: ${codesOf(turn).join(' ')}`),
      [...CLAIMS[3].claimed],
      'the layout at birth is compared with the one at release',
    ),
    twins: check(
      twins.length > 0 && twins.every(({ observed: { run } }) => run.verdict === 'clean'),
      twins.map((turn) => `${turn.act} on ${turn.allocator}: ${turn.observed.run.verdict}`),
      'a slice owns nothing, and a box comes back with its own layout',
    ),
    neighbours: boxes
      ? check(
          endOf(boxes) === 'exit 0' && (overwritten(boxes) ?? 0) > 0,
          turns
            .filter(({ act }) => act === 'boxes fault')
            .map((turn) => `${turn.allocator}: ${endOf(turn)}, ${overwritten(turn)} boxes overwritten`),
          'jemalloc files 16 bytes among those of 64 and hands them out as 64, over what lies behind',
        )
      : skipped,
  };
}

function pageOf({ turns }: Measurement): PageBlock[] {
  return [
    {
      kind: 'table',
      header: ['act', 'Rust on', 'outcome', 'boxes overwritten', 'Valgrind', 'crossfree'],
      rows: turns.map((turn) => [
        turn.act,
        turn.allocator,
        endOf(turn),
        String(overwritten(turn) ?? '-'),
        turn.valgrind ? words(turn).join(', ') || 'nothing' : 'not asked',
        [turn.observed.run.verdict.toUpperCase(), ...codesOf(turn)].join(' '),
      ]),
    },
  ];
}
