import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPrograms } from '../test/programs/install.ts';
import { removeSandbox, runBy } from '../test/programs/observe.ts';
import type { Program } from '../test/programs/program.ts';
import { Builder } from './build.ts';
import { type Invocation, type Measured, Meter } from './measure.ts';
import { readOptions, UsageError, usage } from './programs/options.ts';
import { type Estimate, median, medianRatio, type Random, seededRandom, shuffled } from './statistics.ts';
import { ourVariants, type Variant, withFolder } from './variants.ts';

/** What one program took. */
interface Row {
  id: string;
  bare: { wall: number; cpu: number };
  ratios: Record<string, { wall: Estimate; cpu: Estimate }>;
  /** Variants that ended otherwise than the bare program, and how; they have no ratios. */
  failures: Record<string, string>;
}

/**
 * @param root the folder of package.json
 * @returns the exit status
 */
export async function main(root: string, args: string[]): Promise<number> {
  const scratch = mkdtempSync(join(tmpdir(), 'crossfree-bench-'));
  try {
    return await bench(root, args, scratch);
  } catch (error) {
    process.stderr.write(`bench:programs: ${(error as Error).message}\n`);
    return error instanceof UsageError ? 2 : 1;
  } finally {
    removeSandbox();
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function bench(root: string, args: string[], scratch: string): Promise<number> {
  const options = readOptions(args);
  if (!options) {
    process.stdout.write(usage);
    return 0;
  }
  const { programs, pairs, seed } = options;
  const tell = (line: string) => process.stderr.write(`bench:programs: ${line}\n`);
  const missing = await installPrograms(programs, tell);
  for (const [id, why] of missing) tell(`${id} skipped: ${why}`);
  const target = join(root, 'build/bench');
  const meter = new Meter(
    new Builder(join(root, 'bench'), target).compile('measure.c', 'measure'),
    scratch,
    600,
  );
  const variants = ourVariants(root).filter((variant): variant is Variant => 'wrap' in variant);
  const random = seededRandom(seed);
  const rows: Row[] = [];
  for (const program of programs.filter(({ id }) => !missing.has(id))) {
    rows.push(await measure(program, variants, pairs, meter, scratch, random));
  }
  const machine = `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Linux ${release()}`;
  mkdirSync(target, { recursive: true });
  writeFileSync(
    join(target, 'programs.json'),
    `${JSON.stringify({ machine, pairs, seed, variants: variants.map(({ id, about }) => ({ id, about })), rows }, null, 1)}\n`,
  );
  process.stdout.write(table(rows, variants, `${machine}; ${pairs} pairs`));
  return rows.length < programs.length || rows.some(({ failures }) => Object.keys(failures).length) ? 1 : 0;
}

/** Every variant once a round, in a new order each; the first, uncounted round warms the caches. */
async function measure(
  program: Program,
  variants: readonly Variant[],
  pairs: number,
  meter: Meter,
  scratch: string,
  random: Random,
): Promise<Row> {
  const rounds: Map<string, Measured>[] = [];
  const failures: Row['failures'] = {};
  for (let round = 0; round <= pairs; round++) {
    const taken = new Map<string, Measured>();
    for (const variant of shuffled(variants, random)) {
      taken.set(variant.id, await runOnce(program, variant, meter, scratch));
    }
    if (round > 0) rounds.push(taken);
    const expected = taken.get('bare') as Measured;
    for (const [id, { status, output }] of taken) {
      if (status !== expected.status) failures[id] = `exit status ${status}, bare ${expected.status}`;
      else if (output !== expected.output) failures[id] = 'other output';
    }
  }
  const series = (id: string, what: 'wall' | 'cpu') =>
    rounds.map((taken) => (taken.get(id) as Measured)[what]);
  const ratio = (id: string, what: 'wall' | 'cpu') => {
    const bare = series('bare', what);
    return medianRatio(
      series(id, what).map((taken, at) => taken / (bare[at] as number)),
      random,
    );
  };
  const others = variants.filter(({ id }) => id !== 'bare' && !(id in failures));
  return {
    id: program.id,
    bare: { wall: median(series('bare', 'wall')), cpu: median(series('bare', 'cpu')) },
    ratios: Object.fromEntries(
      others.map(({ id }) => [id, { wall: ratio(id, 'wall'), cpu: ratio(id, 'cpu') }]),
    ),
    failures,
  };
}

async function runOnce(program: Program, variant: Variant, meter: Meter, scratch: string): Promise<Measured> {
  const input = join(scratch, 'stdin');
  writeFileSync(input, program.stdin ?? '');
  let measured: Measured | undefined;
  await runBy(program, async (cwd, env) => {
    const environment = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
    const plain = { command: [...program.command], environment, input } as Invocation;
    measured = withFolder(scratch, (folder) => {
      const run = meter.run(inFolder(variant.wrap(plain, folder), cwd));
      const fault = variant.fault?.(folder);
      if (fault) throw new Error(`${program.id}: ${variant.title}: ${fault}`);
      return run;
    });
    return {
      status: measured.status,
      stdout: Buffer.from(measured.output),
      stderr: Buffer.from(measured.errors),
      timedOut: measured.status < 0,
      milliseconds: measured.wall * 1000,
    };
  });
  return measured as Measured;
}

/** With the entry's environment alone, in its directory. */
const inFolder = ({ command, environment = {}, input }: Invocation, cwd: string): Invocation => ({
  command: [
    'env',
    '-i',
    '-C',
    cwd,
    ...Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    ...command,
  ],
  ...(input !== undefined && { input }),
});

const figure = ({ value, low, high }: Estimate): string =>
  `${value.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;

function table(rows: readonly Row[], variants: readonly Variant[], setting: string): string {
  const others = variants.filter(({ id }) => id !== 'bare');
  const head = ['program', 'bare, s', ...others.flatMap(({ title }) => [`${title}: time`, 'CPU'])];
  const lines = rows.map(({ id, bare, ratios, failures }) => [
    id,
    `${bare.wall.toFixed(2)} (CPU ${bare.cpu.toFixed(2)})`,
    ...others.flatMap((variant) => {
      const taken = ratios[variant.id];
      return taken ? [figure(taken.wall), figure(taken.cpu)] : [failures[variant.id] ?? '', ''];
    }),
  ]);
  const text = [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const about = others.map(({ title, about }) => `${title}: ${about}`).join('. ');
  return `${setting}. Medians of ratios to bare, with 95% intervals. ${about}.\n\n${text}\n`;
}
