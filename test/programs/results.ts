/** Keeps what was found out of each program, so that groups run at different times make one page. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PROGRAMS } from './list.ts';
import { REPOSITORY, RESULT } from './places.ts';
import type { Row } from './table.ts';

interface Kept {
  machine: string;
  /** Of what was run: rows of another build say nothing of this one. */
  build: string;
  rows: Row[];
}

function readBuild(): string {
  const hash = createHash('sha256');
  for (const name of ['runtime/libcrossfree.so', 'main.cjs', 'index.js']) {
    hash.update(readFileSync(join(REPOSITORY, 'dist', name)));
  }
  return hash.digest('hex');
}

/**
 * Adds `rows` to those of the same build on the same machine, in place of older ones.
 * @returns all of them, in the order of the list
 */
export function keepRows(rows: readonly Row[], machine: string): Row[] {
  const build = readBuild();
  const kept = existsSync(RESULT) ? (JSON.parse(readFileSync(RESULT, 'utf8')) as Partial<Kept>) : {};
  const known = kept.build === build && kept.machine === machine ? (kept.rows ?? []) : [];
  const latest = new Map([...known, ...rows].map((row) => [row.id, row]));
  const ordered = PROGRAMS.flatMap(({ id }) => latest.get(id) ?? []);
  mkdirSync(dirname(RESULT), { recursive: true });
  writeFileSync(RESULT, `${JSON.stringify({ machine, build, rows: ordered } satisfies Kept, null, 1)}\n`);
  return ordered;
}
