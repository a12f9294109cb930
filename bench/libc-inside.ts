import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Builder } from './build.ts';
import { Meter } from './measure.ts';
import { measureRounds } from './rounds.ts';
import { type Estimate, median, medianRatio, seededRandom } from './statistics.ts';
import { ourVariants, type Variant, type VariantId } from './variants.ts';

const LIMIT_SECONDS = 300;
const STEPS = '5000000';

/** What one C library made of the work, as JSON on standard output. */
export interface Inside {
  /** CPU seconds of the bare program: the median, and the range. */
  bare: { median: number; low: number; high: number };
  ratios: Partial<Record<VariantId, Estimate>>;
  failures: Partial<Record<VariantId, string>>;
}

/** Runs where the C library is that is asked about: compiles the work there and measures it, bare and observed. */
export function main(root: string, args: string[]): number {
  const scratch = mkdtempSync(join(tmpdir(), 'crossfree-bench-'));
  try {
    const builder = new Builder(join(root, 'bench'), join(root, 'build/bench'));
    const meter = new Meter(builder.compile('measure.c', 'measure'), scratch, LIMIT_SECONDS);
    const command = [builder.compile('workloads/bignums.c', 'bignums'), STEPS];
    const variants = ourVariants(root).filter(
      (variant): variant is Variant => 'wrap' in variant && variant.id !== 'command',
    );
    if (!variants.some(({ id }) => id === 'crossfree')) throw new Error('not built: npm run build');
    const random = seededRandom(1);
    const pairs = Number(args[0]);
    const workloads = [{ name: 'bignums', invocation: { command } }];
    const measured = measureRounds(
      { workloads, variants, pairs, slowPairs: pairs },
      meter,
      scratch,
      random,
      () => {},
    );
    const { rounds = [], failures = {} } = measured.get('bignums') ?? {};
    const bare = rounds.flatMap((round) => round.bare?.cpu ?? []);
    const ratios = Object.fromEntries(
      (['again', 'crossfree'] as const).map((id) => [id, medianRatio(ratiosOf(rounds, id), random)]),
    );
    const result: Inside = {
      bare: { median: median(bare), low: Math.min(...bare), high: Math.max(...bare) },
      ratios,
      failures,
    };
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return 0;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function ratiosOf(rounds: readonly Partial<Record<VariantId, { cpu: number }>>[], id: VariantId): number[] {
  return rounds.flatMap((round) => (round[id] && round.bare ? [round[id].cpu / round.bare.cpu] : []));
}
