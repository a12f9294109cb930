import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Builder } from './build.ts';
import { Meter } from './measure.ts';
import { measureRounds, type Series } from './rounds.ts';
import { median, medianRatio, seededRandom } from './statistics.ts';
import {
  type Absent,
  heaptrack,
  ourVariants,
  traceVariant,
  type Variant,
  type VariantId,
} from './variants.ts';
import { workloads } from './workloads.ts';

const LIMIT_SECONDS = 300;
const NAMES = ['churn', 'json', 'words', 'interpreter', 'pipeline'];
/** What the issue asks of an allocation-bound program. */
const TARGET = 1.5;

const HELP = `npm run bench:trace -- [rounds]

CPU of programs that do little but allocate, under \`crossfree trace\`, as ratios to the bare program taken in
alternation; heaptrack beside it (default: 7 rounds). Writes build/bench/trace.json.
`;

/**
 * @param root the folder of package.json
 * @returns the exit status
 */
export function main(root: string, args: string[]): number {
  const rounds = Number(args[0] ?? 7);
  if (!Number.isInteger(rounds) || rounds < 1) {
    process.stdout.write(HELP);
    return args[0] === '--help' ? 0 : 2;
  }
  const scratch = mkdtempSync(join(tmpdir(), 'crossfree-bench-'));
  try {
    const target = join(root, 'build/bench');
    mkdirSync(target, { recursive: true });
    const builder = new Builder(join(root, 'bench'), target);
    const meter = new Meter(builder.compile('measure.c', 'measure'), scratch, LIMIT_SECONDS);
    const prepared = workloads
      .filter(({ name }) => NAMES.includes(name))
      .flatMap((workload) => {
        const invocation = builder.prepare(workload);
        return 'missing' in invocation ? [] : [{ name: workload.name, invocation }];
      });
    const isPresent = (one: Variant | Absent): one is Variant => 'wrap' in one;
    const candidates = [
      ...ourVariants(root).filter(({ id }) => id === 'bare' || id === 'again'),
      traceVariant(root),
      heaptrack(),
    ];
    const variants = candidates.filter(isPresent);
    const plan = { workloads: prepared, variants, pairs: rounds, slowPairs: Math.min(3, rounds) };
    const measured = measureRounds(plan, meter, scratch, seededRandom(1), (line) => {
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
    });
    process.stdout.write(render(measured, variants, rounds));
    for (const absent of candidates)
      if ('why' in absent) process.stdout.write(`\n${absent.title}: ${absent.why}\n`);
    writeFileSync(join(target, 'trace.json'), `${JSON.stringify(Object.fromEntries(measured), null, 1)}\n`);
    return [...measured.values()].some(({ failures }) => failures.trace) ? 1 : 0;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function render(measured: Map<string, Series>, variants: Variant[], rounds: number): string {
  const columns = variants.filter(({ id }) => id !== 'bare');
  const lines = [
    `CPU (user and system) as a ratio to bare, median of ${rounds} rounds and its 95 % interval; target ${TARGET}`,
    `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Linux ${release()}`,
    '',
    `| workload | bare | ${columns.map(({ title }) => title).join(' | ')} |`,
    `| --- | --- | ${columns.map(() => '---').join(' | ')} |`,
  ];
  for (const [name, series] of measured) {
    const bare = median(series.rounds.flatMap(({ bare }) => bare?.cpu ?? []));
    lines.push(
      `| ${name} | ${bare.toFixed(2)} s | ${columns.map(({ id }) => cell(series, id)).join(' | ')} |`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function cell(series: Series, id: VariantId): string {
  if (series.failures[id]) return `failed: ${series.failures[id]}`;
  const ratios = series.rounds.flatMap(({ bare, [id]: other }) =>
    bare && other ? [other.cpu / bare.cpu] : [],
  );
  if (ratios.length === 0) return '-';
  const { value, low, high } = medianRatio(ratios, seededRandom(1));
  return `${value.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
}
