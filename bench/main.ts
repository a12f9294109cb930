import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Builder } from './build.ts';
import { measureFloor } from './floor.ts';
import { Meter } from './measure.ts';
import { type Options, readOptions, UsageError, usage } from './options.ts';
import { measureRounds, type Prepared } from './rounds.ts';
import { measureStartup } from './startup.ts';
import { seededRandom } from './statistics.ts';
import { summarise } from './summary.ts';
import { renderMarkdown, type Setting } from './table.ts';
import { type Absent, ourVariants, peerVariants, type Variant } from './variants.ts';
import { workloads } from './workloads.ts';

/** A run that takes longer is given up; the slowest peer needs about a minute. */
const LIMIT_SECONDS = 300;

/** At least so many, since a start is short. */
const STARTUP_PAIRS = 15;

/**
 * @param root the folder of package.json
 * @returns the exit status
 */
export function main(root: string, args: string[]): number {
  try {
    const options = readOptions(
      args,
      workloads.map(({ name }) => name),
    );
    if (options) return bench(root, options);
    process.stdout.write(usage);
    return 0;
  } catch (error) {
    process.stderr.write(`bench:overhead: ${(error as Error).message}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

/** Missed targets are figures; only a program that we broke is a failure. */
function bench(root: string, options: Options): number {
  const scratch = mkdtempSync(join(tmpdir(), 'crossfree-bench-'));
  try {
    return measureAndWrite(root, options, scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function measureAndWrite(root: string, options: Options, scratch: string): number {
  const target = join(root, 'build/bench');
  const builder = new Builder(join(root, 'bench'), target);
  const meter = new Meter(builder.compile('measure.c', 'measure'), scratch, LIMIT_SECONDS);
  const random = seededRandom(options.seed);
  const missing: string[] = [];

  const prepared = workloads
    .filter(({ name }) => options.only.length === 0 || options.only.includes(name))
    .flatMap((workload): Prepared[] => {
      const invocation = builder.prepare(workload);
      if (!('missing' in invocation)) return [{ name: workload.name, invocation }];
      missing.push(`workload ${workload.name}: ${invocation.missing}`);
      return [];
    });
  if (prepared.length === 0) throw new Error(`no workload can run here (${missing.join('; ')})`);

  const peers = peerVariants();
  const candidates = [...ourVariants(root), ...(options.peers ? peers : [])];
  const isPresent = (candidate: Variant | Absent): candidate is Variant => 'wrap' in candidate;
  const variants = candidates.filter(isPresent);
  for (const candidate of candidates) {
    if (!isPresent(candidate)) missing.push(`${candidate.title}: ${candidate.why}`);
  }

  const slowPairs = Math.min(options.slowPairs, options.pairs);
  const plan = { workloads: prepared, variants, pairs: options.pairs, slowPairs };
  const measured = measureRounds(plan, meter, scratch, random, progress);
  progress('startup');
  // Startup is short, and its target is a ratio to Valgrind's: it always takes part, with enough pairs.
  const starters = [
    ...new Set([...variants, ...peers.filter(isPresent).filter(({ id }) => id === 'valgrind')]),
  ];
  const startup = measureStartup(starters, Math.max(options.pairs, STARTUP_PAIRS), meter, scratch, random);
  progress('pairs');
  const floor = measureFloor(
    builder.compile('workloads/pair.cpp', 'pair'),
    variants.filter(({ id }) => id === 'bare' || id === 'crossfree'),
    meter,
    scratch,
    random,
  );
  progress('');

  const summary = summarise(
    measured,
    variants.map(({ id }) => id),
    startup,
    random,
  );
  const setting: Setting = {
    machine: `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Linux ${release()}`,
    pairs: options.pairs,
    slowPairs,
    workloads,
    columns: variants.map(({ id, title, about }) => ({ id, title, about })),
    starters: starters.map(({ id, title }) => ({ id, title })),
    missing,
  };
  const table = renderMarkdown(summary, floor, setting);
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'overhead.md'), table);
  const result = {
    schema: 'crossfree/bench@1',
    ...setting,
    ...summary,
    measured: Object.fromEntries(measured),
  };
  writeFileSync(join(target, 'overhead.json'), `${JSON.stringify(result, null, 1)}\n`);
  process.stdout.write(table);
  process.stderr.write('\nwritten to build/bench/overhead.md and build/bench/overhead.json\n');
  return summary.rows.some(({ failures }) => failures.crossfree ?? failures.command) ? 1 : 0;
}

/** One line that renews itself on a terminal; silence elsewhere. */
function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
}
