import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FINDING_KINDS, VERDICTS } from '../model/index.ts';
import { packageRoot } from '../plan/installation.ts';
import { explain } from './explain.ts';

const docs = join(packageRoot(), 'docs/findings');
const plain = { colour: false };

it('has a page for every finding code and no other', () => {
  const pages = readdirSync(docs).filter((name) => /^CF/.test(name));
  expect(pages.sort()).toEqual(Object.keys(FINDING_KINDS).map((code) => `${code}.md`));
});

it.each(Object.entries(FINDING_KINDS))(
  '%s says what it proves, shows wrong and right code, and how to mend it',
  (code, kind) => {
    const page = explain(code, docs, plain);
    expect(page.startsWith(`${code} ${kind}\n`)).toBe(true);
    for (const heading of [
      'What it proves',
      'What it does not prove',
      'Wrong',
      'Right',
      'How to mend it',
      'Next',
    ]) {
      expect(page).toContain(`\n${heading}\n`);
    }
    expect(page).not.toContain('```');
  },
);

it('finds a page by lower case and by the kind as well', () => {
  expect(explain('cf002', docs, plain)).toBe(explain('CF002', docs, plain));
  expect(explain('double-free', docs, plain)).toBe(explain('CF002', docs, plain));
});

it.each([
  ...VERDICTS,
  'full',
  'partial',
  'none',
  'proven',
  'possible',
  'performed',
  'equivalent',
  'redirected',
  'prevented',
  'stopped',
])('explains the word %s', (word) => {
  expect(explain(word, docs, plain)).toMatch(new RegExp(`^${word}\n\n\\w`));
});

it('lists everything without a word', () => {
  const list = explain(undefined, docs, plain);
  for (const word of [...Object.keys(FINDING_KINDS), ...VERDICTS]) expect(list).toContain(`  ${word} `);
});

it('names what it knows when it does not know the word', () => {
  expect(() => explain('CF999', docs, plain)).toThrow(/`explain` expects .*CF001.*latent.*but got `CF999`/);
});
