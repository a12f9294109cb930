import { isCheckMessage } from '../../evidence/red-flags/red-flags.ts';
import type { Verdict } from '../../model/index.ts';
import { check, notMeasurable } from '../answer.ts';
import { capture } from '../capture.ts';
import { type Answer, type Claim, measured, type PageBlock, type Workbench } from '../experiment.ts';
import { buildWorlds, type MatrixWorld, WORLDS } from '../matrix-worlds.ts';
import { outcomeText } from '../outcome-text.ts';

const SIZES = [16, 64, 1024, 131_072];
/** A world that hangs after a mixed release does so at once. */
const PATIENCE_MS = 5000;

/** The article's twelve, by the words of its table. */
const TWELVE = [
  ['standard', 'debug', 'abort (bad magic)'],
  ['standard', 'mmap', 'segfault'],
  ['standard', 'arena', 'no-op'],
  ['debug', 'standard', 'segfault'],
  ['debug', 'mmap', 'segfault'],
  ['debug', 'arena', 'no-op'],
  ['mmap', 'standard', 'abort'],
  ['mmap', 'debug', 'abort'],
  ['mmap', 'arena', 'no-op'],
  ['arena', 'standard', 'double free at reset'],
  ['arena', 'debug', 'abort'],
  ['arena', 'mmap', 'segfault'],
] as const;

const CLAIMS: Claim[] = [
  ...TWELVE.map(([from, to, claimed]) => ({ id: `${from}-to-${to}`, source: 'A' as const, claimed })),
  { id: 'silent', source: 'A', claimed: 'silent corruption is the most common outcome' },
  { id: 'own-release', source: 'crossfree', claimed: 'every world is clean with its own release' },
];

/** One run of one mixed release, in a process of its own. */
export interface MatrixRun {
  from: MatrixWorld;
  to: MatrixWorld;
  size: number;
  outcome: string;
  verdict: Verdict;
  /** The last stage that was reached, and what an allocator said. */
  stage: string;
  message: string;
}

export interface Measurement {
  runs: MatrixRun[];
  /** Worlds that could not be built, and why. */
  absent: Record<string, string>;
}

export const experiment = measured<Measurement>({
  id: 'allocator-matrix',
  title: 'Every world against the release of every other',
  needs: ['g++'],
  uses: ['rustc'],
  claims: CLAIMS,
  measure,
  answersOf,
  pageOf,
});

async function measure(bench: Workbench): Promise<Measurement> {
  const { program, paths, absent } = await buildWorlds(bench);
  const runs: MatrixRun[] = [];
  const names = WORLDS.filter((name) => paths[name] !== undefined);
  for (const from of names) {
    for (const to of names) {
      bench.progress(`${from} released by ${to}`);
      for (const size of SIZES) {
        for (let turn = bench.quick ? 5 : 1; turn <= 5; turn++) {
          const command = [program, paths[from] ?? '', paths[to] ?? '', String(size)] as const;
          const { outcome, stdout, stderr } = await capture([...command], {
            cwd: bench.directory,
            timeoutMs: PATIENCE_MS,
            // jemalloc wants more static thread-local memory than a late library gets
            env: { GLIBC_TUNABLES: 'glibc.rtld.optional_static_tls=16384' },
          });
          const stage = stdout.trim().split('\n').at(-1) ?? '';
          const message = stderr.trim().split('\n')[0] ?? '';
          if (stage === '') throw new Error(`${from} to ${to}: the specimen did not start: ${message}`);
          const seen = { from, to, size, outcome: outcomeText(outcome), stage, message };
          runs.push({ ...seen, verdict: verdictOf(seen) });
        }
      }
    }
  }
  return { runs, absent };
}

/** What a run proves: a block that lost its bytes is corruption, whatever the exit status. */
export function verdictOf({ from, to, outcome, stage, message }: Omit<MatrixRun, 'verdict'>): Verdict {
  if (outcome.startsWith('hung')) return 'hung';
  if (outcome !== 'exit 0') return isCheckMessage(message) ? 'caught' : 'crashed';
  if (stage.startsWith('torn')) return 'silent';
  return from === to ? 'clean' : 'latent';
}

/** Whether one run is what the article's words mean. */
function isAsClaimed(claimed: string, { outcome, stage, message }: MatrixRun): boolean {
  if (claimed === 'segfault') return outcome === 'SIGSEGV';
  if (claimed === 'no-op') return outcome === 'exit 0' && stage === 'whole';
  if (claimed === 'abort (bad magic)') return outcome === 'SIGABRT' && message.includes('bad magic');
  if (claimed === 'double free at reset')
    return outcome === 'SIGABRT' && stage === 'resetting' && message.includes('double free');
  return outcome === 'SIGABRT';
}

/** What the runs say to each claim. */
export function answersOf({ runs }: Measurement): Record<string, Answer> {
  const answers: Record<string, Answer> = {};
  for (const [from, to, claimed] of TWELVE) {
    const cell = runs.filter((run) => run.from === from && run.to === to);
    const right = cell.filter((run) => isAsClaimed(claimed, run)).length;
    answers[`${from}-to-${to}`] = {
      measured: distribution(cell.map(inWords)),
      verdict: right === cell.length ? 'holds' : right > 0 ? 'differs' : 'refuted',
      why: REASONS[to],
    };
  }
  const mixed = runs.filter(({ from, to }) => from !== to);
  const counts = countOf(mixed.map(({ verdict }) => verdict));
  const most = Math.max(...counts.values());
  answers.silent = check(
    counts.get('silent') === most,
    distribution(mixed.map(({ verdict }) => verdict)),
    'silent: a block was seen to lose its bytes although the program exited 0; where nothing was lost the wrong release is latent',
  );
  const own = runs.filter(({ from, to }) => from === to);
  answers['own-release'] = own.length
    ? check(
        own.every(({ verdict }) => verdict === 'clean'),
        distribution(own.map(({ verdict }) => verdict)),
        'the same specimen, with the block released where it came from',
      )
    : notMeasurable('no world could be built');
  return answers;
}

const REASONS = {
  standard: 'glibc reads a size before the pointer and aborts when it cannot be one',
  debug: 'it knows its own blocks, and says what it found in the place of its magic number',
  mmap: 'munmap of an address that is no page is refused by the kernel, and nothing else happens',
  arena: 'its release does nothing, whatever it is given',
} as const;

function inWords({ outcome, message, stage }: MatrixRun): string {
  return [outcome, message ? message.replace(/\(0x[0-9a-f]+\)/g, '()') : stage].join(', ');
}

function countOf(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** `12 of 20: exit 0, whole`, the most frequent first. */
function distribution(words: readonly string[]): string[] {
  return [...countOf(words)]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([word, count]) => `${count} of ${words.length}: ${word}`);
}

export function pageOf({ runs, absent }: Measurement): PageBlock[] {
  const names = WORLDS.filter((name) => runs.some(({ from }) => from === name));
  const cell = (from: MatrixWorld, to: MatrixWorld) =>
    [...countOf(runs.filter((run) => run.from === from && run.to === to).map(({ verdict }) => verdict))]
      .sort(([, m], [, n]) => n - m)
      .map(([verdict, count], _, all) => (all.length > 1 ? `${verdict} ${count}` : verdict))
      .join(', ');
  return [
    { kind: 'text', text: 'A row hands the block out, a column releases it; every size together.' },
    {
      kind: 'table',
      header: ['from \\ to', ...names],
      rows: names.map((from) => [from, ...names.map((to) => cell(from, to))]),
    },
    ...Object.entries(absent).map(([name, why]) => ({ kind: 'text' as const, text: `${name}: ${why}` })),
  ];
}
