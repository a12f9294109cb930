import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { isCore } from './evidence-file.ts';

/**
 * Where a core dump of a program started now would go, as the machine is set up: `undefined` when a file of
 * its own is written, else why there is none to read.
 */
export function whyNoCore(root = '/proc'): string | undefined {
  const limit = /^Max core file size +(\d+|unlimited)/m.exec(read(`${root}/self/limits`))?.[1];
  if (limit === '0') return 'core dumps are switched off here (`ulimit -c` is 0)';
  const pattern = read(`${root}/sys/kernel/core_pattern`).trim();
  if (pattern === '') return 'core dumps are switched off here (kernel.core_pattern is empty)';
  if (pattern.startsWith('|')) {
    const [program = ''] = pattern.slice(1).trim().split(/\s/);
    return `the kernel hands core dumps to ${program}`;
  }
  return undefined;
}

/**
 * The core that process `pid`, which worked in `cwd`, left after `since` (milliseconds of the epoch); undefined
 * where there is none, or where its name cannot be told from the pattern.
 */
export function coreOf(pid: number, cwd: string, since: number, root = '/proc'): string | undefined {
  const pattern = read(`${root}/sys/kernel/core_pattern`).trim();
  if (pattern === '' || pattern.startsWith('|')) return undefined;
  const name = resolve(cwd, pattern.replaceAll('%p', String(pid)));
  return [name, `${name}.${pid}`].find((path) => isFresh(path, since) && isCore(path));
}

function isFresh(path: string, since: number): boolean {
  try {
    const { mtimeMs } = statSync(path);
    return mtimeMs >= since - FILE_CLOCK_MS;
  } catch {
    return false;
  }
}

/** Files are stamped with a coarser clock than ours. */
const FILE_CLOCK_MS = 20;

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
