import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Run } from '../model/index.ts';
import { kindOf, misshapenPart } from './shape.ts';

/** The file in which `--out DIR` keeps a run. */
const RUN_FILE = 'run.json';

/** The files in which the commands' `--out DIR` keep a result. */
const FILES = [RUN_FILE, 'matrix.json', 'forget.json', 'merge.json', 'lab.json'];

const LARGEST = 256 << 20;
const PIECE = 1 << 20;
/** No result is nested half as deeply; what goes through one calls itself for each level. */
const DEEPEST = 64;
/** No text of a result is longer: what a program printed is kept up to 64 KiB from either end. */
const LONGEST_TEXT = 1 << 20;

/** It cannot be read, or is no result; the message says what came instead. */
export class NoResult extends Error {}

/**
 * A kept result, from a file or from a folder of `--out`. What a file holds is untrusted: all of it has the shape
 * of the schema that it names. Throws NoResult.
 */
export function readSaved(path: string): Record<string, unknown> & { schema: string } {
  let value: unknown;
  try {
    value = JSON.parse(readText(statSync(path).isDirectory() ? fileIn(path) : path));
  } catch (error) {
    throw new NoResult(
      error instanceof SyntaxError ? 'it is no JSON, or breaks off' : (error as Error).message,
    );
  }
  return asSaved(value);
}

/** The same of a value that was read already. Throws NoResult. */
export function asSaved(value: unknown): Record<string, unknown> & { schema: string } {
  const schema = typeof value === 'object' && value !== null && 'schema' in value ? value.schema : undefined;
  if (typeof schema !== 'string') throw new NoResult('its schema is not named');
  const kind = kindOf(schema);
  if (kind === undefined) throw new NoResult(`its schema is ${JSON.stringify(schema.slice(0, 100))}`);
  const beyond = beyondBounds(value);
  if (beyond !== undefined) throw new NoResult(beyond);
  const part = misshapenPart(kind, value);
  if (part !== undefined) {
    const [first = '', ...within] = part.slice(0, 200).split('/');
    const where = within.length > 0 ? ` (at ${within.join('/')})` : '';
    throw new NoResult(`its \`${first}\` is missing or of another shape${where}`);
  }
  return value as Record<string, unknown> & { schema: string };
}

/**
 * A run that `--out DIR` or `--json FILE` kept; `path` is the folder or the file. Throws NoResult on anything
 * else.
 */
export function readRun(path: string): Run {
  const value = readSaved(path);
  if (value.schema !== 'crossfree/run@1') throw new NoResult(`its schema is ${JSON.stringify(value.schema)}`);
  return value as unknown as Run;
}

function fileIn(folder: string): string {
  return join(folder, FILES.find((name) => existsSync(join(folder, name))) ?? RUN_FILE);
}

/** Also of a pipe or a device, whose size nobody knows before. */
function readText(path: string): string {
  const descriptor = openSync(path, 'r');
  try {
    const pieces: Buffer[] = [];
    for (let size = 0; ; ) {
      const piece = Buffer.allocUnsafe(PIECE);
      const got = readSync(descriptor, piece, 0, PIECE, null);
      if (got === 0) return Buffer.concat(pieces).toString();
      pieces.push(piece.subarray(0, got));
      size += got;
      if (size > LARGEST) throw new NoResult(`it is larger than ${LARGEST >> 20} MiB`);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Looked at level by level, not by a function that calls itself: it may be nested too deeply for that. */
function beyondBounds(value: unknown): string | undefined {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) return `it is nested more than ${DEEPEST} levels deep`;
    const next: unknown[] = [];
    for (const one of level) {
      if (typeof one === 'string' && one.length > LONGEST_TEXT)
        return `it holds a text of ${one.length} characters`;
      if (typeof one !== 'object' || one === null) continue;
      for (const member of Object.values(one)) if (typeof member !== 'number') next.push(member);
    }
    level = next;
  }
  return undefined;
}
