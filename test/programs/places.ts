/** Where the test keeps what it installs and what it finds out. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Source } from './program.ts';

export const REPOSITORY = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const BUILD = join(REPOSITORY, 'build', 'programs');
export const NPM = join(BUILD, 'npm');
export const VENV = join(BUILD, 'venv');
export const CRATES = join(BUILD, 'crates');
export const RESULT = join(BUILD, 'result.json');
export const TABLE = join(REPOSITORY, 'docs', 'programs.md');
export const CROSSFREE = join(REPOSITORY, 'bin', 'crossfree.js');

const SYSTEM_PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

/** The directory that `cargo install` fills for one entry of the list. */
export const crateRoot = (id: string): string => join(CRATES, id);

/** The search path for a program of the list: what it came with first, then the system's. */
export function searchPath(id: string, from: Source): string {
  const own = [
    from.crate || from.rust ? join(crateRoot(id), 'bin') : undefined,
    from.pypi && join(VENV, 'bin'),
    from.npm && dirname(process.execPath),
    from.machine && process.env.PATH,
  ];
  return [...own, SYSTEM_PATH].filter(Boolean).join(':');
}
