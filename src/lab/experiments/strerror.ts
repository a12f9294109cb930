import { join } from 'node:path';
import { check, notMeasurable } from '../answer.ts';
import { compile } from '../compile.ts';
import { type Answer, type Claim, lacks, measured, type PageBlock, type Workbench } from '../experiment.ts';
import { type Observed, observe } from '../observe.ts';
import { outcomeText } from '../outcome-text.ts';

const CLAIMS = [
  {
    id: 'innocent',
    source: 'E',
    claimed: 'the damage shows in a SQLite statement that fails to finalize',
  },
  { id: 'slice', source: 'E', claimed: 'or in a Rust slice that fails to grow' },
  { id: 'constant', source: 'crossfree', claimed: 'the text of a known error is static data: CF003' },
  { id: 'twins', source: 'crossfree', claimed: 'a copy and strerror_r are clean' },
] as const satisfies Claim[];

/** What the helper does with the message of a known or unknown error, and how that ended. */
export interface Turn {
  /** Absent: SQLite. */
  victim?: 'Rust';
  helper: 'owns' | 'copies' | 'strerror_r';
  error: 'known' | 'unknown';
  observed: Observed;
}

export const experiment = measured<Turn[]>({
  id: 'strerror',
  title: 'A helper releases what strerror returned, and SQLite or a Rust vector pays for it',
  needs: ['gcc', 'libsqlite3'],
  uses: ['rustc'],
  claims: CLAIMS,
  async measure(bench) {
    const flags = ['-O1', '-g', '-Wl,--no-as-needed', '-lsqlite3'];
    const source = join(bench.specimens, 'strerror.c');
    const program = await compile(['gcc', ...flags], source, join(bench.directory, 'strerror'));
    const turns: Turn[] = [];
    for (const helper of ['owns', 'copies', 'strerror_r'] as const) {
      for (const error of ['known', 'unknown'] as const) {
        bench.progress(`strerror: the helper ${helper}, ${error} error`);
        const observed = await observe([program, helper, error], bench.directory);
        turns.push({ helper, error, observed });
      }
    }
    return lacks(bench, 'rustc') ? turns : [...turns, ...(await inRust(bench))];
  },
  answersOf,
  pageOf,
});

async function inRust(bench: Workbench): Promise<Turn[]> {
  const source = join(bench.specimens, 'strerror-slice.rs');
  const program = await compile(
    ['rustc', '--edition', '2021', '-O', '-g'],
    source,
    join(bench.directory, 'strerror-slice'),
  );
  const turns: Turn[] = [];
  for (const helper of ['owns', 'copies'] as const) {
    bench.progress(`strerror: the helper ${helper}, a vector grows`);
    const observed = await observe([program, helper], bench.directory);
    turns.push({ victim: 'Rust', helper, error: 'unknown', observed });
  }
  return turns;
}

const codesOf = ({ observed }: Turn) => observed.run.findings.map(({ code }) => code);
const lastStep = ({ observed }: Turn) => observed.stdout.trim().split('\n').at(-1) ?? '';

function told(turn: Turn): string[] {
  return [outcomeText(turn.observed.run.outcome), ...codesOf(turn), lastStep(turn)];
}

/** What the runs say to each claim. */
export function answersOf(turns: Turn[]): Record<(typeof CLAIMS)[number]['id'], Answer> {
  const owns = (error: Turn['error']) =>
    turns.filter((turn) => turn.helper === 'owns' && turn.error === error && !turn.victim);
  const twins = turns.filter(({ helper }) => helper !== 'owns');
  const unknown = owns('unknown');
  const known = owns('known');
  const slice = turns.find((turn) => turn.helper === 'owns' && turn.victim === 'Rust');
  return {
    innocent: check(
      unknown.length > 0 &&
        unknown.every((turn) => lastStep(turn) === 'SQLite: finalize' && codesOf(turn).includes('CF002')),
      unknown.flatMap(told),
      'the released text becomes a block of the statement; the next strerror, far away, releases it under the statement',
    ),
    slice: slice
      ? check(
          lastStep(slice) === 'Rust: grow' && slice.observed.run.outcome.kind === 'signal',
          told(slice),
          'the vector got the released text; strerror releases it under the vector, and growing releases it again',
        )
      : notMeasurable('there is no rustc'),
    constant: check(
      known.length > 0 && known.every((turn) => codesOf(turn).join() === 'CF003'),
      known.flatMap(told),
      'for a number that it knows, strerror returns a constant of the C library',
    ),
    twins: check(
      twins.length > 0 && twins.every(({ observed }) => observed.run.verdict === 'clean'),
      [...new Set(twins.map(({ observed }) => observed.run.verdict))],
      "only what is the helper's own is released",
    ),
  };
}

function pageOf(turns: Turn[]): PageBlock[] {
  return [
    {
      kind: 'table',
      header: [
        'victim',
        'the helper',
        'error',
        'outcome',
        'last step',
        'what the allocator said',
        'crossfree',
      ],
      rows: turns.map((turn) => [
        turn.victim ?? 'SQLite',
        turn.helper,
        turn.error,
        outcomeText(turn.observed.run.outcome),
        lastStep(turn),
        turn.observed.stderr.trim().split('\n').at(-1) || '-',
        [turn.observed.run.verdict.toUpperCase(), ...codesOf(turn)].join(' '),
      ]),
    },
  ];
}
