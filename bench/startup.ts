import type { Meter } from './measure.ts';
import { type Estimate, median, medianRatio, type Random, shuffled } from './statistics.ts';
import { type Variant, type VariantId, withFolder } from './variants.ts';

/** What it takes to run /bin/true. */
export interface Startup {
  /** Median wall time in seconds, by variant. */
  wall: Partial<Record<VariantId, number>>;
  /** Median CPU time in seconds, by variant. */
  cpu: Partial<Record<VariantId, number>>;
  /** Wall time of `crossfree run` as a ratio to Valgrind's; undefined when one of them is missing. */
  ratio?: Estimate;
}

/** Runs /bin/true under each variant, `pairs` times in alternation. */
export function measureStartup(
  variants: readonly Variant[],
  pairs: number,
  meter: Meter,
  scratch: string,
  random: Random,
): Startup {
  const wall: Partial<Record<VariantId, number[]>> = {};
  const cpu: Partial<Record<VariantId, number[]>> = {};
  // One round more, thrown away: it fills the page cache.
  for (let round = 0; round <= pairs; round++) {
    for (const variant of shuffled(variants, random)) {
      const measured = withFolder(scratch, (folder) =>
        meter.run(variant.wrap({ command: ['/bin/true'] }, folder)),
      );
      if (measured.status !== 0)
        throw new Error(`/bin/true under ${variant.title}: ${measured.errors.trim()}`);
      if (round === 0) continue;
      wall[variant.id] = [...(wall[variant.id] ?? []), measured.wall];
      cpu[variant.id] = [...(cpu[variant.id] ?? []), measured.cpu];
    }
  }
  const startup: Startup = { wall: medians(wall), cpu: medians(cpu) };
  const { command, valgrind } = wall;
  if (command && valgrind) {
    startup.ratio = medianRatio(
      command.map((time, pair) => time / (valgrind[pair] as number)),
      random,
    );
  }
  return startup;
}

function medians(series: Partial<Record<VariantId, number[]>>): Partial<Record<VariantId, number>> {
  return Object.fromEntries(Object.entries(series).map(([id, times]) => [id, median(times)]));
}
