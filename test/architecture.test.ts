import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../src/plan/installation.ts';

const source = join(packageRoot(), 'src');

/** The way of the data: a stage imports from those to its left, and everybody from the model. */
const STAGES = ['model', 'inspect', 'plan', 'run', 'ledger', 'evidence', 'judge', 'report'];
/** Users of the whole pipeline, each may use those to its left too. */
const USERS = [
  'observe.ts',
  'trace.ts',
  'addr.ts',
  'autopsy.ts',
  'doctor',
  'search',
  'lab',
  'results',
  'api',
  'index.ts',
  'cli',
];
const ORDER = [...STAGES, ...USERS];

/** What outside of src/ a stage may use: the table of packages and the lab's crates, which need nothing themselves. */
const OUTSIDE = new Set(['setup/packages.js', 'setup/presence.js', 'setup/distribution.js', 'setup/lab.js']);

/** Longer files are looked at: does each hold one idea? */
const LONG = 300;

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(source, name));

function stageOf(path: string): string {
  return relative(source, path).split('/')[0] ?? '';
}

/** Every module that a file names in an import, static, dynamic or of types only. */
function importsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/(?:\bfrom\s+|\bimport\s+|\bimport\(\s*)'([^']+)'/g)].map(
    (match) => match[1] ?? '',
  );
}

it('has a place in the order for every folder', () => {
  const unknown = new Set(files.map(stageOf).filter((stage) => !ORDER.includes(stage)));
  expect([...unknown]).toEqual([]);
});

it('imports in the direction of the data only', () => {
  const wrong: string[] = [];
  for (const path of files) {
    for (const target of importsOf(path).filter((name) => name.startsWith('.'))) {
      const absolute = resolve(dirname(path), target);
      const outside = relative(packageRoot(), absolute);
      const isUpward = outside.startsWith('src/')
        ? ORDER.indexOf(stageOf(absolute)) > ORDER.indexOf(stageOf(path))
        : !OUTSIDE.has(outside) && !path.endsWith('.test.ts');
      if (isUpward) wrong.push(`${relative(source, path)} imports ${target}`);
    }
  }
  expect(wrong).toEqual([]);
});

it('keeps each source file to one idea', () => {
  const long = files
    .filter((path) => !path.endsWith('.test.ts'))
    .map((path) => ({ path: relative(source, path), lines: readFileSync(path, 'utf8').split('\n').length }))
    .filter(({ lines }) => lines > LONG);
  expect(long).toEqual([]);
});

it('names every import by its file, so that nothing is resolved by chance', () => {
  const vague = files.flatMap((path) =>
    importsOf(path)
      .filter((name) => name.startsWith('.') && !/\.(ts|js)$/.test(name))
      .map((name) => `${relative(source, path)} imports ${name}`),
  );
  expect(vague).toEqual([]);
});
