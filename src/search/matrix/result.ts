import { staysText } from '../../judge/gap-text.ts';
import type { Allocator, Arrangement, Run, Verdict, World } from '../../model/index.ts';
import { servedBy, VERDICTS } from '../../model/index.ts';
import type { Shard } from '../shard.ts';
import type { Addresses, PrintedText, TrialRun } from '../trial.ts';

/** One run of a cell, with what the program printed. */
export interface CellRun extends Run {
  printed: { stdout: PrintedText; stderr: PrintedText };
  wallMs: number;
  /** Resident bytes of the run's largest process. */
  peak: number;
  /** Processes that outlived the program, and were ended. */
  orphans: number;
  /** `random` also where `same` was wanted and the kernel refused. */
  addresses: Addresses;
}

/** One arrangement and how the program fared under it. */
export interface Cell {
  /** Which allocator served each world. */
  arrangement: Arrangement;
  /** Of these, the worlds that we moved. */
  moved: Arrangement;
  /** The worst of its runs. */
  verdict: Verdict;
  /** How many runs had each verdict and ending, the most frequent first. */
  distribution: { verdict: Verdict; outcome: string; count: number }[];
  /** Worlds that should have moved, and did not; `partly`: in some modules or processes. */
  notMoved?: { world: World; allocator: Allocator; reason: string; partly?: true }[];
  runs: CellRun[];
}

/** What `crossfree matrix --json` writes. */
export interface Matrix {
  schema: 'crossfree/matrix@1';
  command: string[];
  /** The file that was run, and the SHA-256 of its content. */
  program: { path: string; sha256: string };
  worlds: World[];
  allocators: Allocator[];
  /** Each cell is to have so many runs. */
  repeat: number;
  seed: number;
  /** What was wanted of the runs' addresses. */
  addresses: Addresses;
  /** Present when this is a part of a matrix: which one, and every cell that the whole has. */
  shard?: Shard & { planned: Arrangement[] };
  /** False when it was interrupted: some cells or runs are missing. */
  complete: boolean;
  cells: Cell[];
}

export function cellRun({ run, ...rest }: TrialRun): CellRun {
  return { ...run, ...rest };
}

/** What a cell says of its runs; undefined while there is none. */
export function cellOf(moved: Arrangement, runs: readonly CellRun[]): Cell | undefined {
  const [first] = runs;
  if (!first) return undefined;
  const notMoved = Object.entries(moved).flatMap(([world, allocator]) => {
    const why = whyNotMoved(world, allocator, runs);
    return why === undefined ? [] : [{ world, allocator, ...why }];
  });
  return {
    arrangement: named(first.arrangement, moved),
    moved,
    verdict: worst(runs.map(({ verdict }) => verdict)),
    distribution: distributionOf(runs),
    ...(notMoved.length > 0 && { notMoved }),
    runs: [...runs],
  };
}

/** The first of the table of verdicts, which lists the worst first. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  return VERDICTS.find((verdict) => verdicts.includes(verdict)) ?? 'unobservable';
}

/** `exit 0`, `SIGSEGV`, `time-out`. */
export function outcomeWord({ outcome }: Pick<Run, 'outcome'>): string {
  if (outcome.kind === 'exit') return `exit ${outcome.code}`;
  if (outcome.kind === 'timeout') return 'time-out';
  if (outcome.kind === 'unrecorded') return 'unseen';
  return outcome.exceeded
    ? `too much ${outcome.exceeded === 'memory' ? 'memory' : 'forking'}`
    : outcome.signal;
}

/** What a run calls an allocator that it does not know. */
const UNKNOWN = 'unknown';

/** What a run has no name for is what we moved the world onto. */
function named(sat: Arrangement, moved: Arrangement): Arrangement {
  return Object.fromEntries(
    Object.entries(sat).map(([world, name]) => [world, name === UNKNOWN ? (moved[world] ?? name) : name]),
  );
}

function distributionOf(runs: readonly CellRun[]): Cell['distribution'] {
  const counts = new Map<string, Cell['distribution'][number]>();
  for (const run of runs) {
    const outcome = outcomeWord(run);
    const key = `${run.verdict} ${outcome}`;
    const known = counts.get(key);
    if (known) known.count++;
    else counts.set(key, { verdict: run.verdict, outcome, count: 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}

function whyNotMoved(
  world: World,
  allocator: Allocator,
  runs: readonly CellRun[],
): { reason: string; partly?: true } | undefined {
  const sat = runs.flatMap(({ arrangement }) => servedBy(arrangement, world) ?? []);
  // one whose name the run does not know is no proof of another
  if (sat.length === 0) return { reason: 'it handed out no block before the program ended' };
  const other = sat.find((name) => name !== UNKNOWN && name !== allocator && !allocator.endsWith(`/${name}`));
  const why = whyStayed(world, runs);
  if (other !== undefined) return { reason: `it stayed on ${other}${why === undefined ? '' : `: ${why}`}` };
  return why === undefined ? undefined : { reason: why, partly: true };
}

/** What the runtime said of a world that it could not move. */
function whyStayed(world: World, runs: readonly CellRun[]): string | undefined {
  const text = staysText(world);
  const gaps = runs.flatMap(({ observed }) => observed.gaps);
  return gaps.find(({ reason }) => reason.startsWith(text))?.reason.slice(text.length);
}
