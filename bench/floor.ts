import type { Meter } from './measure.ts';
import { median, type Random, shuffled } from './statistics.ts';
import { type Variant, type VariantId, withFolder } from './variants.ts';

/** CPU nanoseconds of one allocating and one releasing call in a tight loop. */
export interface FloorRow {
  kind: string;
  nanoseconds: Partial<Record<VariantId, number>>;
}

/** Arguments of `pair`; realloc is malloc, realloc to twice the size, free. */
const KINDS: readonly (readonly [kind: string, size: number])[] = [
  ['malloc', 24],
  ['malloc', 400],
  ['malloc', 4000],
  ['calloc', 24],
  ['realloc', 24],
  ['aligned_alloc', 64],
  ['new', 24],
];
const PAIRS = 20_000_000;
const ROUNDS = 7;

/**
 * What no program can do worse than: pairs and nothing else. No target speaks of it.
 * @param program path of the compiled `pair.cpp`
 */
export function measureFloor(
  program: string,
  variants: readonly Variant[],
  meter: Meter,
  scratch: string,
  random: Random,
): FloorRow[] {
  return KINDS.map(([kind, size]) => {
    const times: Partial<Record<VariantId, number[]>> = {};
    for (let round = 0; round < ROUNDS; round++) {
      for (const variant of shuffled(variants, random)) {
        const invocation = { command: [program, kind, String(size), String(PAIRS)] };
        const measured = withFolder(scratch, (folder) => meter.run(variant.wrap(invocation, folder)));
        if (measured.status !== 0)
          throw new Error(`pair ${kind} under ${variant.title}: ${measured.errors.trim()}`);
        times[variant.id] = [...(times[variant.id] ?? []), measured.cpu];
      }
    }
    const nanoseconds = Object.entries(times).map(([id, list]) => [id, (median(list) / PAIRS) * 1e9]);
    return { kind: `${kind}(${size})`, nanoseconds: Object.fromEntries(nanoseconds) };
  });
}
