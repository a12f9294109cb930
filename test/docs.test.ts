import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { makeProgram } from '../src/cli/program.ts';
import { CATALOGUE, USUAL } from '../src/lab/catalogue.ts';
import { packageRoot } from '../src/plan/installation.ts';

const root = packageRoot();
const pages = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];
const read = (page: string) => readFileSync(join(root, page), 'utf8');

it.each(pages)('%s links to files that exist', (page) => {
  const targets = [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map((match) => match[1] ?? '');
  const broken = targets.filter((target) => !existsSync(join(root, dirname(page), target)));
  expect(broken).toEqual([]);
});

it.each(pages)('%s names npm scripts that exist', (page) => {
  const { scripts } = JSON.parse(read('package.json'));
  const named = [...read(page).matchAll(/\bnpm (?:run )?(test|lab|[a-z]+:[a-z]+|setup|build)\b/g)].map(
    (match) => match[1] ?? '',
  );
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

it('the README names commands and options that exist', () => {
  const program = makeProgram();
  const help = [program, ...program.commands].map((command) => command.helpInformation()).join('');
  const rows = [...read('README.md').matchAll(/^\| (`[^|]*`) \|/gm)].map((match) => match[1] ?? '');
  const words = rows.flatMap((row) => row.match(/(?<=`)[a-z]+(?=[ `])|--[a-z-]+/g) ?? []);
  expect(words).toEqual(expect.arrayContaining(['run', 'explain', 'doctor', 'lab', '--on-finding']));
  expect(words.filter((word) => !help.includes(word))).toEqual([]);
});

it.each(['CHANGELOG.md', 'docs/laboratory.md'])('%s names every experiment', (page) => {
  for (const { id } of CATALOGUE) expect(read(page)).toContain(`\`${id}\``);
});

it('README and laboratory tell which experiments the lab runs', () => {
  expect(read('README.md').replaceAll(/\s+/g, ' ')).toContain(
    `It runs the ${USUAL.length} experiments about who owns a block`,
  );
  expect(read('README.md')).toContain(`the other ${CATALOGUE.length - USUAL.length} too`);
  const marked = [...read('docs/laboratory.md').matchAll(/^\| `([\w-]+)` ° \|/gm)].map(([, id]) => id);
  const leftOut = CATALOGUE.filter((one) => !USUAL.includes(one)).map(({ id }) => id);
  expect(marked.sort()).toEqual(leftOut.sort());
});
