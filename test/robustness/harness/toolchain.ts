import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, delimiter, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtOnce, type Recipe } from '../../built-once.ts';

export const PROGRAMS = fileURLToPath(new URL('../programs/', import.meta.url));
export const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const BUILT = join(REPOSITORY, 'build', 'robustness');

/** Follows every C source: the C++ library is linked where a fault is planted with it, and only there. */
const C_LIBRARIES = ['-Wl,--as-needed', '-lstdc++', '-ldl', '-lm'];

/** An optimiser may take away a malloc whose block is only freed, and with it what is being tested. */
const KEPT = ['-O1', '-fno-builtin', '-fno-allocation-dce'];

const COMPILERS: Record<string, string[]> = {
  '.c': ['gcc', '-std=gnu2x', ...KEPT, '-g', '-pthread', '-w'],
  '.cc': ['g++', '-std=c++17', ...KEPT, '-g', '-pthread', '-w'],
  '.rs': ['rustc', '--edition', '2021', '-O', '-g', '-A', 'warnings'],
  '.go': ['go', 'build'],
};

/** Where a command is in PATH, or undefined. */
export function which(command: string): string | undefined {
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(directory, command);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {}
  }
  return undefined;
}

/** Why these commands or files keep a test from running; undefined when all are there. Said on the console. */
export function lacking(...wanted: string[]): string | undefined {
  const absent = wanted.filter((one) => (one.startsWith('/') ? !existsSync(one) : which(one) === undefined));
  if (absent.length === 0) return undefined;
  const reason = `needs ${absent.join(', ')}`;
  console.warn(`skipped: ${reason}`);
  return reason;
}

/** Text of the headers that a source may include and of further files that the flags name. */
function included(flags: string[]): string {
  const headers = readdirSync(PROGRAMS, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.h'),
  );
  const named = flags.map((flag) => flag.replace(/^.*=/, '')).filter((flag) => /^\w+\//.test(flag));
  return [...headers.sort(), ...named].map((name) => readFileSync(join(PROGRAMS, name), 'utf8')).join('');
}

/**
 * Compiles one source of `programs/` and returns the binary's path; the same source with the same
 * flags is compiled once. `flags` follow the source, so that libraries may stand among them;
 * `output` gives the file another name, which a shared library or a plug-in directory needs.
 */
export function build(
  source: string,
  flags: string[] = [],
  output?: string,
  compiler = COMPILERS[extname(source)],
): Promise<string> {
  const kind = extname(source);
  if (compiler === undefined) throw new Error(`no compiler for ${source}`);
  const text = readFileSync(join(PROGRAMS, source), 'utf8') + (kind.startsWith('.c') ? included(flags) : '');
  const key = createHash('sha256')
    .update(JSON.stringify([text, compiler, flags, output]))
    .digest('hex');
  const target = join(
    BUILT,
    `${basename(source, kind)}-${key.slice(0, 12)}`,
    output ?? basename(source, kind),
  );
  return builtOnce(target, (draft) => recipe(compiler, source, flags, draft));
}

/** By a compiler of one's choice, without anything that only gcc knows. */
export function buildBy(compiler: string, source: string, flags: string[]): Promise<string> {
  return build(source, flags, undefined, [compiler, '-O1', '-g', '-w']);
}

function recipe(
  [command = '', ...options]: string[],
  source: string,
  flags: string[],
  output: string,
): Recipe {
  const path = join(PROGRAMS, source);
  const args =
    command === 'go'
      ? [...options, '-o', output, ...flags, path]
      : [...options, '-o', output, path, ...flags];
  if (command === 'gcc') args.push(...C_LIBRARIES);
  return { command, args, cwd: PROGRAMS };
}
