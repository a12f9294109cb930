import type { Usage } from './measure.ts';
import type { Series } from './rounds.ts';
import type { Startup } from './startup.ts';
import {
  type Estimate,
  geometricMean,
  meanOfMedians,
  median,
  medianRatio,
  type Random,
} from './statistics.ts';
import type { VariantId } from './variants.ts';

/** One workload's figures. */
export interface Row {
  name: string;
  /** Medians of the bare program: seconds and bytes. */
  bare: { cpu: number; peak: number };
  /** Ratios to the bare program, by variant. */
  cpu: Partial<Record<VariantId, Estimate>>;
  peak: Partial<Record<VariantId, Estimate>>;
  failures: Series['failures'];
}

export interface Target {
  text: string;
  limit: number;
  /** Undefined when it could not be measured. */
  figure?: Estimate;
  /** Which workload the figure belongs to. */
  workload?: string;
  verdict: 'met' | 'missed' | 'undecided' | 'not measured';
}

export interface Summary {
  rows: Row[];
  /** Over the workloads at which the variant did not fail. */
  mean: { cpu: Partial<Record<VariantId, Estimate>>; peak: Partial<Record<VariantId, Estimate>> };
  startup: Startup;
  targets: Target[];
}

/** Ratios of one quantity to the bare program, pair by pair. */
function ratios(series: Series, variant: VariantId, quantity: keyof Usage): number[] {
  return series.rounds.flatMap((round) => {
    const [measured, bare] = [round[variant], round.bare];
    return measured && bare ? [measured[quantity] / bare[quantity]] : [];
  });
}

export function summarise(
  measured: ReadonlyMap<string, Series>,
  variants: readonly VariantId[],
  startup: Startup,
  random: Random,
): Summary {
  const compared = variants.filter((id) => id !== 'bare');
  const estimates = (series: Series, quantity: keyof Usage) =>
    Object.fromEntries(
      compared
        .filter((id) => !series.failures[id])
        .map((id) => [id, medianRatio(ratios(series, id, quantity), random)]),
    );
  const means = (quantity: keyof Usage) =>
    Object.fromEntries(
      compared
        .map((id) => [id, [...measured.values()].filter((series) => !series.failures[id])] as const)
        .filter(([, list]) => list.length > 0)
        .map(([id, list]) => [
          id,
          meanOfMedians(
            list.map((series) => ratios(series, id, quantity)),
            random,
          ),
        ]),
    );
  const rows = [...measured].map(([name, series]): Row => {
    const bare = (quantity: keyof Usage) =>
      median(series.rounds.flatMap((round) => (round.bare ? [round.bare[quantity]] : [])));
    return {
      name,
      bare: { cpu: bare('cpu'), peak: bare('peak') },
      cpu: estimates(series, 'cpu'),
      peak: estimates(series, 'peak'),
      failures: series.failures,
    };
  });
  const mean = { cpu: means('cpu'), peak: means('peak') };
  return { rows, mean, startup, targets: judgeTargets(rows, mean, startup) };
}

function judgeTargets(rows: readonly Row[], mean: Summary['mean'], startup: Startup): Target[] {
  const worst = worstRow(rows, 1.15);
  const dense = rows.find((row) => row.name === 'dense');
  const over = [
    target('CPU, geometric mean', 1.05, mean.cpu.crossfree),
    target('CPU, worst workload', 1.15, worst?.cpu.crossfree, worst?.name),
    target('peak RSS, geometric mean', 1.2, mean.peak.crossfree),
    target('peak RSS, dense heap', 1.6, dense?.peak.crossfree, dense?.name),
  ];
  const failing = rows.filter((row) => row.failures.crossfree).map((row) => `${row.name} fails`);
  return [
    // A mean over the workloads that it did not break would flatter it.
    ...over.map(
      (each): Target =>
        failing.length ? { ...each, workload: failing.join(', '), verdict: 'missed' } : each,
    ),
    target('wall time of `crossfree run -- /bin/true` over `valgrind /bin/true`', 0.35, startup.ratio),
  ];
}

/** The workload that surely breaks the limit by most; when none does, the one that might reach highest. */
function worstRow(rows: readonly Row[], limit: number): Row | undefined {
  const observed = rows.filter((row) => row.cpu.crossfree);
  const end = (row: Row, side: 'low' | 'high') => (row.cpu.crossfree as Estimate)[side];
  const breaking = observed
    .filter((row) => end(row, 'low') > limit)
    .sort((a, b) => end(b, 'low') - end(a, 'low'));
  return breaking[0] ?? observed.sort((a, b) => end(b, 'high') - end(a, 'high'))[0];
}

/** An interval of fewer pairs says nothing. */
const FEWEST_PAIRS = 6;

/** Met when the whole interval keeps the limit, missed when the whole interval breaks it. */
export function target(text: string, limit: number, figure?: Estimate, workload?: string): Target {
  const verdict = !figure
    ? 'not measured'
    : figure.pairs < FEWEST_PAIRS
      ? 'undecided'
      : figure.high <= limit
        ? 'met'
        : figure.low > limit
          ? 'missed'
          : 'undecided';
  return { text, limit, ...(figure ? { figure } : {}), ...(workload ? { workload } : {}), verdict };
}

/** How far the A/A column strays from 1: what a ratio has to exceed to mean anything. */
export function noise(rows: readonly Row[]): { mean: number; worst?: Row } {
  const values = rows.flatMap((row) => (row.cpu.again ? [row.cpu.again.value] : []));
  const distance = (row: Row) => Math.abs(Math.log(row.cpu.again?.value ?? 1));
  const worst = [...rows].sort((a, b) => distance(b) - distance(a))[0];
  return { mean: geometricMean(values), ...(worst ? { worst } : {}) };
}
