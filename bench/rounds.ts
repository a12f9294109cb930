import type { Invocation, Meter, Usage } from './measure.ts';
import { type Random, shuffled } from './statistics.ts';
import { type Variant, type VariantId, withFolder } from './variants.ts';

/** A workload that can be started here. */
export interface Prepared {
  name: string;
  invocation: Invocation;
}

/** What the runs of one workload took: per round, what was measured in it. */
export interface Series {
  rounds: Partial<Record<VariantId, Usage>>[];
  /** Variants that failed here, and how; they take part no more. */
  failures: Partial<Record<VariantId, string>>;
}

export interface Plan {
  workloads: readonly Prepared[];
  variants: readonly Variant[];
  pairs: number;
  /** Rounds in which the slow variants take part. */
  slowPairs: number;
}

/** Variants that take much longer than the program, and whose ratios need no second decimal. */
const isSlow = (variant: Variant) => variant.kind === 'peer' || variant.id === 'command';

/**
 * Measures in rounds: in each, every workload in a new order, and within a workload every variant
 * in a new order. What the machine does meanwhile strikes all of them alike.
 * @param scratch an existing folder for what the variants write
 * @param progress is told what is about to run
 */
export function measureRounds(
  plan: Plan,
  meter: Meter,
  scratch: string,
  random: Random,
  progress: (line: string) => void,
): Map<string, Series> {
  const all = new Map(plan.workloads.map(({ name }) => [name, { rounds: [], failures: {} } as Series]));
  const expected = new Map(plan.workloads.map((workload) => [workload.name, reference(workload, meter)]));
  for (let round = 0; round < plan.pairs; round++) {
    const variants = plan.variants.filter((variant) => round < plan.slowPairs || !isSlow(variant));
    for (const workload of shuffled(plan.workloads, random)) {
      const series = all.get(workload.name) as Series;
      const usages: Series['rounds'][number] = {};
      for (const variant of shuffled(variants, random)) {
        if (series.failures[variant.id]) continue;
        progress(`round ${round + 1} of ${plan.pairs}: ${workload.name}, ${variant.title}`);
        const result = attempt(variant, workload, expected.get(workload.name) as string, meter, scratch);
        if (typeof result === 'string') series.failures[variant.id] = result;
        else usages[variant.id] = result;
      }
      series.rounds.push(usages);
    }
  }
  return all;
}

/** What the bare program prints; every variant must print it too. The run also warms the page cache. */
function reference({ name, invocation }: Prepared, meter: Meter): string {
  const { status, output, errors } = meter.run(invocation);
  if (status !== 0) throw new Error(`workload ${name} fails by itself (status ${status}): ${errors.trim()}`);
  return output;
}

/** What the run took, or how it failed. */
function attempt(
  variant: Variant,
  { invocation }: Prepared,
  expected: string,
  meter: Meter,
  scratch: string,
): Usage | string {
  return withFolder(scratch, (folder) => {
    const { status, output, cpu, wall, peak } = meter.run(variant.wrap(invocation, folder));
    if (status !== 0 || !output.includes(expected)) return describe(status);
    return variant.fault?.(folder) ?? { cpu, wall, peak };
  });
}

function describe(status: number): string {
  if (status === -1) return 'took too long';
  if (status === 0) return 'other output';
  return status > 128 ? `signal ${status - 128}` : `exit ${status}`;
}
