import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { findAllocator } from '../../src/plan/allocators.ts';
import { packageRoot } from '../../src/plan/installation.ts';
import type { Trial, TrialRun } from '../../src/search/trial.ts';
import { Runner } from '../../src/search/workshop.ts';
import { builtOnce } from '../built-once.ts';

/** Why these allocators, and rustc, keep a test from running; undefined when all are here. Said on the console. */
export function missing(...allocators: string[]): string | undefined {
  const absent = allocators.flatMap((name) => {
    const found = findAllocator(name);
    return found && 'missing' in found ? [`${name} (${found.install})`] : [];
  });
  if (spawnSync('rustc', ['--version']).status !== 0) absent.push('rustc');
  if (absent.length === 0) return undefined;
  const reason = `needs ${absent.join(', ')}`;
  console.warn(`skipped: ${reason}`);
  return reason;
}

const SOURCES = join(packageRoot(), 'specimens/arrangements');
const BUILT = join(packageRoot(), 'build/arrangements');

const COMPILERS: Record<string, [string, ...string[]]> = {
  '.c': ['gcc', '-O1', '-fno-builtin', '-g'],
  '.cpp': ['g++', '-std=c++17', '-fsized-deallocation', '-O1', '-fno-builtin', '-g'],
  '.rs': ['rustc', '--edition', '2021', '-O', '-g'],
};

/**
 * Compiles a specimen of arrangements, or a part of one, and gives its path. Unchanged ones are not built
 * again. `flags` follow the source.
 */
export async function specimen(source: string, flags: string[] = [], output?: string): Promise<string> {
  const path = join(SOURCES, source);
  const kind = extname(source);
  const [compiler, ...options] = COMPILERS[kind] ?? [];
  if (compiler === undefined) throw new Error(`no compiler for ${source}`);
  const key = createHash('sha256')
    .update(JSON.stringify([sources(path), compiler, options, flags]))
    .digest('hex')
    .slice(0, 12);
  const folder = join(BUILT, key);
  return builtOnce(join(folder, output ?? basename(source, kind)), (draft) => ({
    command: compiler,
    args: [...options, '-o', draft, path, ...flags],
    cwd: folder,
  }));
}

/** The text of a source and of whatever it may take in. */
function sources(path: string): string[] {
  const beside = readdirSync(SOURCES).sort();
  return [path, ...beside.map((name) => join(SOURCES, name))].map((file) => readFileSync(file, 'utf8'));
}

/** Runs a program once for each trial, as `matrix` and `forget` do. */
export async function trials(command: string[], wanted: readonly Trial[]): Promise<TrialRun[]> {
  const runner = new Runner({
    command,
    cwd: packageRoot(),
    env: process.env,
    timeoutMs: 30_000,
    memory: 2 ** 30,
    processes: 100,
    copyCwd: false,
    jobs: 2,
  });
  try {
    return await Promise.all(wanted.map((trial) => runner.run(trial)));
  } finally {
    runner.close();
  }
}
