import { existsSync, symlinkSync } from 'node:fs';
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

/** The preload library that goes into the observed program. */
export function runtimeLibrary(): string {
  return join(packageRoot(), 'dist/runtime/libcrossfree.so');
}

/**
 * The preload library under a path that LD_PRELOAD can hold: no colon, no white space. Where the
 * package lies in such a folder, a link in `directory` (absolute) stands for it.
 */
export function preloadable(directory: string, library = runtimeLibrary()): string {
  if (!existsSync(library)) {
    throw new NotBuilt(`the runtime is not built (${library}); run \`npm run build\` in ${packageRoot()}`);
  }
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
  const program = join(packageRoot(), 'dist/runtime/crossfree-launch');
  if (existsSync(program)) return program;
  throw new NotBuilt(`the launcher is not built (${program}); run \`npm run build\` in ${packageRoot()}`);
}

/** The description of the runtime's functions and record layouts, written by its build. */
export function runtimeLayout(): string {
  return join(packageRoot(), 'dist/runtime/layout.json');
}

/** The preload library of `crossfree trace`. */
export function tracingLibrary(): string {
  return join(packageRoot(), 'dist/runtime/libcrossfree-trace.so');
}
