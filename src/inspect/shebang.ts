import { resolve } from 'node:path';
import { FileBytes } from './file-bytes.ts';

/** The kernel reads no more of a script's first line than this. */
const LONGEST_LINE = 256;
/** The kernel follows no more interpreters of interpreters than this. */
const LONGEST_CHAIN = 5;

/** The interpreter that a script's first line names, or undefined for a file without one. */
export function readShebang(path: string): string | undefined {
  const file = new FileBytes(path);
  try {
    const start = file.readUpTo(0, LONGEST_LINE);
    const text = Buffer.from(start.buffer).toString('utf8');
    if (!text.startsWith('#!')) return undefined;
    const line = text.slice(2).split('\n', 1)[0] ?? '';
    return /^[ \t]*([^ \t\0]+)/.exec(line)?.[1];
  } finally {
    file.close();
  }
}

/** The file that a chain of `#!` lines ends at: `start` itself when it is no script. */
export function followShebangs(start: string, cwd: string): { path: string; missing?: true } {
  let path = start;
  for (let depth = 0; depth <= LONGEST_CHAIN; depth++) {
    let next: string | undefined;
    try {
      next = readShebang(path);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (depth > 0 && (code === 'ENOENT' || code === 'ENOTDIR')) return { path, missing: true };
      throw error;
    }
    if (next === undefined) break;
    path = resolve(cwd, next);
  }
  return { path };
}
