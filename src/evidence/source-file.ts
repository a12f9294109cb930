import { closeSync, constants, fstatSync, openSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const LARGEST_SOURCE = 4 << 20;

/**
 * Debug info names the files, and a report may be published: nothing but what is named like a source file gets
 * into it.
 */
const SOURCE_NAME =
  /\.(c|cc|cpp|cxx|c\+\+|h|hh|hpp|hxx|inc|ipp|rs|zig|d|go|s|S|m|mm|f90|pyx|js|mjs|ts|nim|swift|cr)$/;

export interface SourceFile {
  lines: string[];
  mtimeMs: number;
}

/**
 * Source text to be shown, by its absolute path: a regular file, named as source also where links are resolved,
 * that no link of its folder leads away to, and that lies below the folder `below` where one is given. Undefined
 * for anything else.
 */
export function readSourceFile(file: string, below?: string): SourceFile | undefined {
  if (!file.startsWith('/') || !SOURCE_NAME.test(file)) return undefined;
  try {
    const real = realpathSync(file);
    const folder = realpathSync(dirname(file));
    if (!SOURCE_NAME.test(real) || !isBelow(real, folder)) return undefined;
    if (below !== undefined && !isBelow(real, realpathSync(below))) return undefined;
    return readText(real);
  } catch {
    return undefined;
  }
}

/** Nothing lies below the root: that would be everything. */
function isBelow(path: string, folder: string): boolean {
  return path === join(folder, basename(path)) || (folder !== '/' && path.startsWith(`${folder}/`));
}

function readText(real: string): SourceFile | undefined {
  const descriptor = openSync(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile() || status.size > LARGEST_SOURCE || isElsewhere(descriptor, real)) return undefined;
    const text = readFileSync(descriptor, 'utf8');
    return text.includes('\0') ? undefined : { lines: text.split(/\r?\n/), mtimeMs: status.mtimeMs };
  } finally {
    closeSync(descriptor);
  }
}

/** Whether a folder on the way was exchanged for a link since the path was resolved. */
function isElsewhere(descriptor: number, real: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`) !== real;
  } catch {
    return false; // no /proc
  }
}
