import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from './build.ts';
import type { Invocation } from './measure.ts';

export type VariantId =
  | 'bare'
  | 'again'
  | 'crossfree'
  | 'command'
  | 'valgrind'
  | 'heaptrack'
  | 'trace'
  | 'asan'
  | 'tcmalloc';

/** One way to run a workload. */
export interface Variant {
  id: VariantId;
  /** Column heading. */
  title: string;
  /** What exactly is measured. */
  about: string;
  kind: 'ours' | 'peer';
  /** The invocation as this variant runs it; `folder` is fresh and removed after the run. */
  wrap(invocation: Invocation, folder: string): Invocation;
  /** After a run: what shows that it was no run of this variant at all. */
  fault?(folder: string): string | undefined;
}

/** A variant that cannot be measured here, and what mends it. */
export interface Absent {
  id: VariantId;
  title: string;
  why: string;
}

const preload = (invocation: Invocation, library: string, environment: Record<string, string> = {}) => ({
  ...invocation,
  environment: {
    ...invocation.environment,
    ...environment,
    LD_PRELOAD: [library, invocation.environment?.LD_PRELOAD].filter(Boolean).join(':'),
  },
});

const prefix = (invocation: Invocation, ...words: string[]) => ({
  ...invocation,
  command: [...words, ...invocation.command],
});

/** Bare, bare again, and crossfree in its two forms, as far as it is built. */
export function ourVariants(root: string): (Variant | Absent)[] {
  const runtime = join(root, 'dist/runtime/libcrossfree.so');
  const cli = join(root, 'bin/crossfree.js');
  const bare = (id: 'bare' | 'again', title: string, about: string): Variant => ({
    id,
    title,
    about,
    kind: 'ours',
    wrap: (invocation) => invocation,
  });
  const built = existsSync(runtime);
  const bundled = built && existsSync(cli) && existsSync(join(root, 'dist'));
  const why = 'not built: npm run build';
  return [
    bare('bare', 'bare', 'the program as it is'),
    bare('again', 'A/A', 'the program as it is, once more: what the machine’s noise makes of a ratio of 1'),
    built
      ? {
          id: 'crossfree',
          title: 'crossfree',
          about: 'the observed program itself: the runtime preloaded, the ledger on disk',
          kind: 'ours',
          wrap: (invocation, folder) =>
            preload(invocation, runtime, { CROSSFREE_LEDGER_DIR: folder, CROSSFREE_ON_FINDING: 'heal' }),
          fault: (folder) =>
            readdirSync(folder).some((name) => name.endsWith('.ledger')) ? undefined : 'no ledger',
        }
      : { id: 'crossfree', title: 'crossfree', why },
    bundled
      ? {
          id: 'command',
          title: 'crossfree run',
          about: 'the whole command: Node, the program, reading the ledger, the report',
          kind: 'ours',
          wrap: (invocation) => prefix(invocation, process.execPath, cli, 'run', '--'),
        }
      : { id: 'command', title: 'crossfree run', why },
  ];
}

/** Other tools, as far as they are installed. */
export function peerVariants(): (Variant | Absent)[] {
  return [valgrind(), heaptrack(), asan(), tcmalloc()];
}

function valgrind(): Variant | Absent {
  const path = findProgram('valgrind');
  if (!path) return { id: 'valgrind', title: 'Valgrind', why: 'not installed: apt-get install valgrind' };
  return {
    id: 'valgrind',
    title: 'Valgrind',
    about: `memcheck, no leak search (${firstLine(path, '--version')})`,
    kind: 'peer',
    wrap: (invocation) => prefix(invocation, path, '-q', '--leak-check=no'),
  };
}

/** The program with the tracing library: what `crossfree trace` costs the program itself. */
export function traceVariant(root: string): Variant | Absent {
  const library = join(root, 'dist/runtime/libcrossfree-trace.so');
  if (!existsSync(library)) return { id: 'trace', title: 'crossfree trace', why: 'not built: npm run build' };
  return {
    id: 'trace',
    title: 'crossfree trace',
    about: 'the recorded program itself: the tracing library preloaded, the trace on disk',
    kind: 'ours',
    wrap: (invocation, folder) =>
      preload(invocation, library, { CROSSFREE_LEDGER_DIR: folder, CROSSFREE_TRACE_LIMIT: String(2 ** 36) }),
    fault: (folder) => (readdirSync(folder).some((name) => name.endsWith('.trace')) ? undefined : 'no trace'),
  };
}

export function heaptrack(): Variant | Absent {
  const path = findProgram('heaptrack');
  if (!path) return { id: 'heaptrack', title: 'heaptrack', why: 'not installed: apt-get install heaptrack' };
  return {
    id: 'heaptrack',
    title: 'heaptrack',
    about: `recording, with the interpreter that runs beside it (${firstLine(path, '--version')})`,
    kind: 'peer',
    wrap: (invocation, folder) => prefix(invocation, path, '-o', join(folder, 'heaptrack')),
  };
}

function asan(): Variant | Absent {
  const library = findLibrary(/libasan\.so\.\d+$/);
  if (!library) return { id: 'asan', title: 'ASan runtime', why: 'not installed: apt-get install libasan8' };
  return {
    id: 'asan',
    title: 'ASan runtime',
    about: `${library} preloaded, no leak search`,
    kind: 'peer',
    // Its shadow lies at a fixed address, which a kernel with much address randomisation may have given away.
    wrap: (invocation) =>
      prefix(invocation, 'setarch', '-R', 'env', `LD_PRELOAD=${library}`, 'ASAN_OPTIONS=detect_leaks=0'),
  };
}

function tcmalloc(): Variant | Absent {
  const library = findLibrary(/libtcmalloc(_minimal)?_debug\.so\.\d+$/);
  const title = 'tcmalloc debug';
  if (!library) return { id: 'tcmalloc', title, why: 'not installed: apt-get install libtcmalloc-minimal4' };
  return {
    id: 'tcmalloc',
    title,
    about: `${library} preloaded`,
    kind: 'peer',
    wrap: (invocation) => preload(invocation, library),
  };
}

function findLibrary(name: RegExp): string | undefined {
  const loader = ['/sbin/ldconfig', '/usr/sbin/ldconfig'].find((path) => existsSync(path));
  if (!loader) return undefined;
  const paths = execFileSync(loader, ['-p'], { encoding: 'utf8' }).match(/(?<==> ).*$/gm) ?? [];
  return paths.find((path) => name.test(path) && isElf64(path));
}

function isElf64(path: string): boolean {
  const start = readFileSync(path).subarray(0, 5);
  return start.toString('latin1', 0, 4) === '\x7fELF' && start[4] === 2;
}

function firstLine(path: string, option: string): string {
  return execFileSync(path, [option], { encoding: 'utf8' }).split('\n', 1)[0] ?? '';
}

/** Calls `use` with a fresh folder, and removes it. */
export function withFolder<T>(parent: string, use: (folder: string) => T): T {
  const folder = mkdtempSync(join(parent, 'run-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
