import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the loader splits LD_PRELOAD at. */
const SEPARATOR = /[\s:]/;

let root: string | undefined;

/** The folder of the package: the nearest one above this code that holds a package.json. */
export function packageRoot(): string {
  if (root !== undefined) return root;
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'package.json'))) {
    const above = dirname(directory);
    if (above === directory) throw new Error('crossfree is not complete: its package.json is missing');
    directory = above;
  }
  root = directory;
  return root;
}

/** A part of crossfree itself is missing; the message says how to get it. */
export class NotBuilt extends Error {}

/** The package that brings what is compiled, for the one kind of machine that there is so far. */
const PLATFORM = '@crossfree/linux-x64-gnu';

let compiled: string | undefined;

/**
 * The folder of what is compiled: our own dist/ after a build from source, else the platform's package of our
 * own version. Where neither is there, dist/ again: the message of what misses a file says what to do.
 */
export function compiledFolder(): string {
  if (compiled !== undefined) return compiled;
  const own = join(packageRoot(), 'dist');
  compiled = existsSync(join(own, 'runtime/libcrossfree.so')) ? own : (platformFolder() ?? own);
  return compiled;
}

function platformFolder(): string | undefined {
  const manifest = join(packageRoot(), 'package.json');
  try {
    const found = createRequire(manifest).resolve(`${PLATFORM}/package.json`);
    return versionOf(found) === versionOf(manifest) ? dirname(found) : undefined;
  } catch {
    return undefined; // it was not installed
  }
}

function versionOf(manifest: string): unknown {
  return JSON.parse(readFileSync(manifest, 'utf8')).version;
}

/** The command that builds what is compiled. */
export function buildCommand(): string {
  const root = packageRoot();
  // a checkout has the sources of all, an installed package those of what is compiled
  return existsSync(join(root, 'src'))
    ? `npm run --prefix ${root} build`
    : `node ${join(root, 'setup/native.js')}`;
}

/** The preload library that goes into the observed program. */
export function runtimeLibrary(): string {
  return join(compiledFolder(), 'runtime/libcrossfree.so');
}

/**
 * The preload library under a path that LD_PRELOAD can hold: no colon, no white space. Where the
 * package lies in such a folder, a link in `directory` (absolute) stands for it.
 */
export function preloadable(directory: string, library: string = runtimeLibrary()): string {
  if (!existsSync(library)) throw missing('the runtime', library);
  if (!SEPARATOR.test(library)) return library;
  if (SEPARATOR.test(directory)) {
    throw new NotBuilt(
      `LD_PRELOAD cannot hold a path with a colon or white space: neither ${library} nor ${directory}; set TMPDIR to another folder`,
    );
  }
  const link = join(directory, basename(library));
  symlinkSync(library, link);
  return link;
}

/** The program that starts others for us, within limits. Throws NotBuilt. */
export function launcherProgram(): string {
  const program = join(compiledFolder(), 'runtime/crossfree-launch');
  if (existsSync(program)) return program;
  throw missing('the launcher', program);
}

function missing(what: string, path: string): NotBuilt {
  return new NotBuilt(
    `${what} is not here (${path}): neither the package ${PLATFORM} ${versionOf(join(packageRoot(), 'package.json'))} nor a build from source; with gcc and make, \`${buildCommand()}\` makes it`,
  );
}

/** The description of the runtime's functions and record layouts, written by its build. */
export function runtimeLayout(): string {
  return join(compiledFolder(), 'runtime/layout.json');
}

/** The preload library of `crossfree trace`. */
export function tracingLibrary(): string {
  return join(compiledFolder(), 'runtime/libcrossfree-trace.so');
}

/** One of the laboratory's own allocators, by its name. */
export function allocatorLibrary(name: string): string {
  return join(compiledFolder(), 'allocators', `lib${name}.so`);
}
