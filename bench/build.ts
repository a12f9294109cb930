import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Invocation } from './measure.ts';
import type { Workload } from './workloads.ts';

/** Folders where Debian puts programs; a wrapper earlier in PATH would be measured in their stead. */
const PROGRAM_FOLDERS = ['/usr/bin', '/bin', '/usr/local/bin'];

/** Path of an installed program, or undefined. */
export function findProgram(name: string): string | undefined {
  const folders = [...PROGRAM_FOLDERS, ...(process.env.PATH ?? '').split(':').filter(Boolean)];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Compiles what is missing or older than its source, and says how workloads are started. */
export class Builder {
  readonly #sources: string;
  readonly #target: string;

  /**
   * @param sources the folder `bench/`
   * @param target where the programs go; made if missing
   */
  constructor(sources: string, target: string) {
    this.#sources = sources;
    this.#target = target;
    mkdirSync(target, { recursive: true });
  }

  /** Compiles one C or C++ file of `bench/` and returns the program's path. */
  compile(source: string, name: string): string {
    return this.#compile(join(this.#sources, source), name) as string;
  }

  /** How the workload is started, or why it cannot be. */
  prepare(workload: Workload): Invocation | { missing: string } {
    const here = join(this.#sources, 'workloads');
    const program = workload.source
      ? this.#compile(join(here, workload.source), workload.name)
      : locate(workload.program as string);
    if (!program) return { missing: `\`${workload.source ? 'rustc' : workload.program}\` is not installed` };
    return {
      command: [program, ...workload.args.map((arg) => arg.replace('{here}', here))],
      ...(workload.input ? { input: join(here, workload.input) } : {}),
    };
  }

  /** Undefined when there is no rustc; C and C++ compilers are a must. */
  #compile(source: string, name: string): string | undefined {
    const output = join(this.#target, name);
    if (existsSync(output) && isNewer(output, source)) return output;
    const [compiler, ...options] = compilerFor(source);
    const path = findProgram(compiler);
    if (!path) {
      if (compiler === 'rustc') return undefined;
      throw new Error(`\`${compiler}\` is needed to build ${source}: apt-get install gcc g++`);
    }
    execFileSync(path, [...options, source, '-o', output], { stdio: ['ignore', 'inherit', 'inherit'] });
    return output;
  }
}

function isNewer(output: string, source: string): boolean {
  return statSync(output).mtimeMs > statSync(source).mtimeMs;
}

function compilerFor(source: string): [string, ...string[]] {
  if (source.endsWith('.rs')) return ['rustc', '--edition=2021', '-O'];
  if (source.endsWith('.cpp')) return ['g++', '-std=c++17', '-O2', '-Wall', '-Wextra', '-pthread'];
  return ['gcc', '-std=gnu11', '-O2', '-Wall', '-Wextra', '-pthread'];
}

function locate(program: string): string | undefined {
  if (program !== 'cc1plus') return findProgram(program);
  // The compiler proper, without its driver: one process, which every peer can follow.
  const driver = findProgram('g++');
  if (!driver) return undefined;
  const path = execFileSync(driver, ['-print-prog-name=cc1plus'], { encoding: 'utf8' }).trim();
  return isExecutable(path) ? path : undefined;
}
